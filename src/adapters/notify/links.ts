import type { Notice } from '../../application/ports/notifier.js';

/** Where people look at what they are told of: an address where the service has one, else the command that shows it. */
export type Links = { readonly of: (notice: Notice) => { readonly url: string | null; readonly command: string } };

export const linksTo = (baseUrl: string | undefined): Links => {
  const base = baseUrl?.replace(/\/+$/, '');
  return {
    of: ({ executionId, organization, jobName }) => ({
      url: base === undefined || executionId === null ? null : `${base}/api/v1/executions/${encodeURIComponent(executionId)}`,
      command: `${organization === 'default' ? '' : `SCHEDULER_ORGANIZATION=${organization} `}nexus-scheduler history ${jobName}`,
    }),
  };
};
