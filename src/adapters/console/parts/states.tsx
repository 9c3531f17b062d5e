import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/problem.js';
import type { Resource } from '../live/resource.js';

/** What is shown while there is nothing to show: grey lines where text will be, after a moment. */
export const Loading = ({ lines = 4 }: { readonly lines?: number }) => (
  <div class="loading" role="status">
    <span class="unseen">Loading…</span>
    {Array.from({ length: lines }, (_, i) => (
      <span class="bone" key={i} aria-hidden="true" />
    ))}
  </div>
);

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) => (
  <div class="empty">
    <p class="strong">{title}</p>
    {children && <p>{children}</p>}
  </div>
);

export const Failure = ({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) => (
  <div class="failure" role="alert">
    <p class="strong">{headline(error)}</p>
    <p>{error.message}</p>
    {retry && (
      <button type="button" onClick={retry}>
        Try again
      </button>
    )}
  </div>
);

const headline = ({ status, code }: ApiError): string => {
  if (status === 0) return 'The service does not answer';
  if (status === 401) return 'A key is needed';
  if (status === 403) return 'Your key does not allow this';
  if (status === 404) return 'There is no such thing here';
  if (status === 429) return 'Too much was asked for at once';
  return status >= 500 ? 'The service could not do this' : `This was refused (${code})`;
};

/** The answer once it is there; a failure beside what was known before. */
export const Answered = <T,>({
  of,
  children,
  lines,
}: {
  readonly of: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
  readonly lines?: number;
}) => (
  <>
    {of.error && <Failure error={of.error} retry={of.reload} />}
    {of.data === undefined ? !of.error && <Loading {...(lines !== undefined && { lines })} /> : children(of.data)}
  </>
);
