import { createHash } from 'node:crypto';

/** What the names of all archives of one job begin with. */
export const prefixOf = (organization: string, jobName: string): string => {
  const slug = jobName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);
  return `backup-${slug || 'job'}-${createHash('sha256').update(`${organization}/${jobName}`).digest('hex').slice(0, 8)}-`;
};

/** The same for every attempt of one execution, and in the order of time. */
export const archiveName = (
  prefix: string,
  { scheduledFor, executionId }: { readonly scheduledFor: Date; readonly executionId: string },
  { compress, encrypt }: { readonly compress: boolean; readonly encrypt: boolean },
): string => {
  const at = scheduledFor.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${prefix}${at}-${executionId.replaceAll(/[^A-Za-z0-9]/g, '').slice(-8)}.tar${compress ? '.gz' : ''}${encrypt ? '.enc' : ''}`;
};

const rest = /^\d{8}T\d{6}Z-[A-Za-z0-9]{1,8}\.tar(\.gz)?(\.enc)?$/;

export const isArchive = (name: string, prefix: string): boolean => name.startsWith(prefix) && rest.test(name.slice(prefix.length));

export const partialName = (name: string): string => `.${name}.partial`;
export const isPartial = (name: string, prefix: string): boolean =>
  name.startsWith('.') && name.endsWith('.partial') && isArchive(name.slice(1, -'.partial'.length), prefix);
export const sumName = (name: string): string => `${name}.sha256`;
