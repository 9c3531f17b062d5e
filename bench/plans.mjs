// What is measured, in which order: rounds are interleaved, so that a busy neighbour falls on everybody.

const peers = {
  bullmq: { subject: 'bullmq', server: 'redis' },
  pgBoss: { subject: 'pgBoss', server: 'postgres', newerNode: true },
  graphileWorker: { subject: 'graphileWorker', server: 'postgres', newerNode: true },
  agenda: { subject: 'agenda', server: 'postgres' },
};
const mongoAgenda = { subject: 'agenda' };
const nexus = { subject: 'nexus' };
const service = { subject: 'service' };

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i + 1)).flat();

/** Agenda is forty times slower than the others: a tenth of the jobs tells as much. */
const throughput = (jobs, rounds) =>
  times(rounds, (round) =>
    [nexus, service, peers.bullmq, peers.pgBoss, peers.graphileWorker, peers.agenda].map((subject) => ({
      row: 'w1',
      workload: 'throughput',
      round,
      settings: { jobs: subject === peers.agenda ? jobs / 10 : jobs },
      ...subject,
    })),
  );

/** The same for longer, and what there is to be reached then: the first 20,000 jobs of a process are those for which V8 compiles. */
const sustained = (jobs, rounds) =>
  times(rounds, (round) => {
    const common = { row: 'w1', variant: 'sustained', round, settings: { jobs } };
    return [
      ...[nexus, service, peers.bullmq, peers.pgBoss, peers.graphileWorker].map((subject) => ({
        ...common,
        workload: 'throughput',
        ...subject,
      })),
      { ...common, workload: 'limits', ...nexus },
    ];
  });

const scheduling = (jobs, rounds) => times(rounds, (round) => [{ row: 'w1', workload: 'scheduling', round, settings: { jobs }, ...nexus }]);

/** What there is to be reached: in the same rounds, so that a busy neighbour falls on it too. */
const limits = (jobs, rounds) => times(rounds, (round) => [{ row: 'w1', workload: 'limits', round, settings: { jobs }, ...nexus }]);

/** Those that look for work twice a second, or once, are measured once: that is what they show. */
const lateness = (jobs, rounds, quick) => [
  ...times(rounds, (round) =>
    [nexus, peers.bullmq, ...(quick ? [] : [peers.agenda])].map((subject) => ({
      row: 'w2',
      workload: 'lateness',
      round,
      settings: { jobs },
      ...subject,
    })),
  ),
  ...(quick
    ? []
    : [peers.pgBoss, peers.graphileWorker].map((subject) => ({
        row: 'w2',
        workload: 'lateness',
        settings: { jobs },
        ...subject,
        open: subject === peers.pgBoss ? { batch: 50, loops: 1 } : {},
      }))),
];

const schedulesAndRestart = (subject, schedules, herd, round = 1) => {
  const cronInCode = subject === peers.graphileWorker;
  const common = { round, directory: 'crons', timeoutMs: 240_000, ...subject };
  return [
    { row: 'w3', workload: 'schedules', settings: { schedules, herd }, ...common },
    { row: 'w4', workload: 'restart', settings: { schedules, herd, cronInCode }, ...common },
  ];
};

const many = (jobs) => [
  { row: 'w5', workload: 'register', directory: 'many', settings: { jobs }, timeoutMs: 400_000, ...nexus },
  { row: 'w5', workload: 'operate', directory: 'many', timeoutMs: 120_000, ...nexus },
];

/** Further apart than on the embedded store: the servers of W6 do some tens of jobs a second. */
const latenessOnServer = (jobs) => {
  const common = { row: 'w2', server: 'mongo', variant: 'MongoDB protocol', open: { database: 'late', concurrency: 50 }, ...nexus };
  return [
    { ...common, workload: 'inserts', settings: { jobs } },
    { ...common, workload: 'lateness', settings: { jobs, apartMs: 200 } },
  ];
};

/** The events that `fill` left. */
const filled = (measurements) => ({ events: measurements.findLast(({ workload, ok }) => workload === 'fill' && ok)?.figures.events ?? 0 });

/** Two sizes, because what an execution costs must not depend on how many there were. */
const log = (...sizes) => [
  ...sizes.flatMap((jobs) => {
    const common = { row: 'w8', directory: 'log', settings: { jobs }, timeoutMs: 240_000, variant: `${jobs} jobs`, ...nexus };
    return [
      { ...common, workload: 'fill' },
      { ...common, workload: 'rebuild', carried: filled },
    ];
  }),
  { row: 'w7', workload: 'relay', directory: 'log', needs: ['nats'], publishes: true, timeoutMs: 180_000, carried: filled, ...nexus },
];

/** Agenda has no nodes of its own: further workers would only compete for the same server. */
const cluster = (jobs) => [
  { row: 'w6', workload: 'throughput', server: 'mongo', settings: { jobs: Math.ceil(jobs / 5) }, ...mongoAgenda },
  ...[1, 2, 4].map((nodes) => ({
    row: 'w6',
    workload: 'cluster',
    variant: `${nodes} ${nodes === 1 ? 'node' : 'nodes'}`,
    server: 'mongo',
    settings: { jobs, nodes },
    open: { database: `bench_${nodes}`, concurrency: 50 },
    ...nexus,
  })),
];

export const plans = ({ quick, rounds = quick ? 1 : 3 }) =>
  quick
    ? [
        ...throughput(5_000, rounds),
        ...scheduling(1_000, rounds),
        ...limits(5_000, rounds),
        ...lateness(300, rounds, quick),
        ...latenessOnServer(50),
        ...log(2_000, 5_000),
        ...cluster(600),
        ...many(30_000),
        ...schedulesAndRestart(nexus, 2_000, 500),
      ]
    : [
        ...throughput(20_000, rounds),
        ...scheduling(5_000, rounds),
        ...limits(20_000, rounds),
        ...sustained(100_000, rounds),
        ...lateness(1_000, rounds, quick),
        ...latenessOnServer(150),
        ...log(5_000, 20_000),
        ...cluster(2_000),
        ...schedulesAndRestart(nexus, 20_000, 2_000),
        ...schedulesAndRestart(service, 20_000, 2_000),
        ...schedulesAndRestart(peers.bullmq, 20_000, 2_000),
        ...schedulesAndRestart(peers.graphileWorker, 20_000, 2_000),
        ...schedulesAndRestart(nexus, 20_000, 2_000, 2),
        ...many(1_000_000),
      ];
