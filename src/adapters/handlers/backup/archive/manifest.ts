import { z } from 'zod';

export const manifestName = 'manifest.json';

/** What an archive has of one source. */
const saved = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('scheduler'), organization: z.string().nullable(), commits: z.int().nonnegative() }),
  z.strictObject({ type: z.literal('collection'), table: z.string(), rows: z.int().nonnegative() }),
  z.strictObject({
    type: z.literal('directory'),
    path: z.string(),
    files: z.int().nonnegative(),
    /** Links, pipes, devices, and what belongs to the scheduler itself. */
    skipped: z.int().nonnegative(),
  }),
]);

/** The last entry of an archive: what it must hold, to the byte. */
export const manifestSchema = z.strictObject({
  format: z.literal('nexus-scheduler-backup'),
  version: z.literal(1, { error: 'is a version that this release does not know' }),
  createdAt: z.iso.datetime(),
  organization: z.string().min(1),
  jobName: z.string(),
  executionId: z.string(),
  sources: z.array(saved),
  entries: z.array(z.strictObject({ name: z.string(), bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

export type Manifest = z.output<typeof manifestSchema>;
export type Saved = Manifest['sources'][number];
export type EntryRecord = Manifest['entries'][number];

/** What is wrong with the name of an entry; null where nothing is. Only the three kinds of sources have entries. */
export const entryNameFault = (name: string): string | null => {
  if (name.includes('\0') || name.length > 4_096) return 'has a name that no file can have';
  const [kind, ...names] = name.split('/');
  if (kind === undefined || !['scheduler', 'collections', 'files'].includes(kind) || names.length === 0) return 'is of no known kind';
  return names.some((part) => part === '' || part === '.' || part === '..') ? 'would lie elsewhere than it says' : null;
};

/** Of an archive that is not what it says. */
export class ArchiveDamaged extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArchiveDamaged';
  }
}
