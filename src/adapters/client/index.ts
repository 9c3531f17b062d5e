import type { JobsApi } from '../../application/api/types.js';
import type { Background } from '../../application/ports/clock.js';
import { remoteJobs } from './remoteJobs.js';
import { ask, baseOf, reach } from './requests.js';

export type RemoteScheduler = JobsApi & {
  forOrganization(organization: string): JobsApi;
  /** What `/readyz` says; resolves where the service is not ready too. */
  readiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[]; readonly skewMs: number }>;
  nodes(): Promise<readonly { readonly node: string; readonly self: boolean; readonly handlers: readonly string[] }[]>;
};

type Given = {
  readonly url: string;
  readonly key?: string;
  readonly organization?: string;
  readonly background: Background;
  readonly now: () => number;
};

/** A running service, as if it were here. Nothing is asked before the first call. */
export const connect = ({ url, key, organization, background, now }: Given): RemoteScheduler => {
  const target = { url: baseOf(url), ...(key !== undefined && { key }) };
  return {
    ...remoteJobs({ target, organization, background }),
    forOrganization: (other) => remoteJobs({ target, organization: other, background }),
    readiness: async () => {
      const response = await reach(target, '/readyz');
      const { ready = false, reasons = [] } = Object(await response.json().catch(() => null));
      const theirs = Date.parse(response.headers.get('date') ?? '');
      // Their clock is told in whole seconds.
      return { ready, reasons, skewMs: Math.trunc((theirs - now()) / 1_000) * 1_000 };
    },
    nodes: async () => Object(await (await ask(target, '/api/v1/nodes')).json()).items,
  };
};
