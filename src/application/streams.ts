import type { StreamKey } from './ports/eventStore.js';

/** The key of a job's stream. Neither part can contain a slash, so that keys of two organizations never meet. */
export const streamOf = (organization: string, jobName: string): StreamKey => `${organization}/${jobName}`;

export const splitStream = (stream: StreamKey): { readonly organization: string; readonly jobName: string } => {
  const slash = stream.indexOf('/');
  return { organization: stream.slice(0, slash), jobName: stream.slice(slash + 1) };
};
