export type Issue = { readonly path: string; readonly message: string };

/** A refusal of the API, as problem+json (RFC 9457) has it; `status` 0: no answer at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly issues: readonly Issue[] = [],
  ) {
    super(message);
  }
}

export const problemOf = async (response: Response): Promise<ApiError> => {
  const body = await response.json().catch(() => ({}));
  const { code, title, detail, issues } = body as { readonly [field: string]: unknown };
  const message = [detail, title].find((text): text is string => typeof text === 'string' && text !== '');
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : `HTTP_${response.status}`,
    message ?? `the service answered ${response.status}`,
    Array.isArray(issues) ? issues.filter(isIssue) : [],
  );
};

export const noAnswer = (cause: unknown): ApiError =>
  new ApiError(0, 'NO_ANSWER', `the service does not answer${cause instanceof Error ? ` (${cause.message})` : ''}`);

export const apiErrorOf = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError(0, 'UNREADABLE', String(thrown));

const isIssue = (value: unknown): value is Issue =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  'message' in value &&
  typeof value.message === 'string';
