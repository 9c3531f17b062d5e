import { RetentionPolicy, StorageType, type StreamConfig } from 'nats';

const events = 'scheduler.events';
/** Several streams cannot take the same subjects: each has its own to be published to, and stores what comes under the common ones. */
const eventsOfPartition = (partition: number): string => `scheduler.partition.${partition}`;

const dedupeWindowNs = 10 * 60 * 1_000_000_000;
/** The largest event, and what goes with it. */
const maxPayload = 1_048_576;

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'storage' | 'retention' | 'duplicate_window' | 'subject_transform'>;

export const streamName = (partition: number, partitions: number): string =>
  partitions === 1 ? 'SCHEDULER_EVENTS' : `SCHEDULER_EVENTS_${partition}`;

export const wantedConfig = (partition: number, partitions: number): Wanted => ({
  name: streamName(partition, partitions),
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  duplicate_window: dedupeWindowNs,
  ...(partitions === 1
    ? { subjects: [`${events}.>`] }
    : {
        subjects: [`${eventsOfPartition(partition)}.>`],
        subject_transform: { src: `${eventsOfPartition(partition)}.>`, dest: `${events}.>` },
      }),
});

/** Where an event is sent so that it is stored under its own subject. */
export const sentTo = (subject: string, partition: number, partitions: number): string =>
  partitions === 1 ? subject : subject.replace(events, eventsOfPartition(partition));

/** What makes an existing stream unfit. Limits, replicas and placement are the operator's business. */
const mismatches = (found: Partial<StreamConfig>, wanted: Wanted): readonly string[] => {
  const differences = [
    differs('subjects', found.subjects, wanted.subjects),
    differs('storage', found.storage, wanted.storage),
    differs('retention', found.retention, wanted.retention),
    differs('subject_transform', found.subject_transform, wanted.subject_transform),
    differs('sealed', found.sealed || undefined, undefined),
    differs('deny_purge', found.deny_purge || undefined, undefined),
    differs('mirror', found.mirror, undefined),
    differs('sources', found.sources, undefined),
  ];
  const windowIsShort = (found.duplicate_window ?? 0) < wanted.duplicate_window;
  return [...differences.flatMap((text) => text ?? []), ...(windowIsShort ? ['duplicate_window is shorter than 10 minutes'] : [])];
};

/** What of a server, and of the stream where there is one, keeps our events from it. */
export const faultsOf = (
  {
    maxPayload: most = maxPayload,
    config,
  }: { readonly maxPayload: number | undefined; readonly config: Partial<StreamConfig> | undefined },
  wanted: Wanted,
): readonly string[] => [
  ...(config === undefined ? [] : mismatches(config, wanted).map((fault) => `stream ${wanted.name}: ${fault}`)),
  ...(most < maxPayload ? [`max_payload is ${most} instead of at least ${maxPayload}`] : []),
];

const differs = (field: string, found: unknown, wanted: unknown): string | null =>
  JSON.stringify(found) === JSON.stringify(wanted) ? null : `${field} is ${shown(found)} instead of ${shown(wanted)}`;

const shown = (value: unknown): string => JSON.stringify(value) ?? 'unset';
