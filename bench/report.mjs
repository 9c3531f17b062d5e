// The results as tables and charts in Markdown.
import { readFileSync, writeFileSync } from 'node:fs';
import { keyOf, mediansOf } from './medians.mjs';

const names = {
  nexus: 'nexus-scheduler, embedded',
  service: 'nexus-scheduler, V8 set up as in the service',
  bullmq: 'BullMQ, Redis (fsync every second)',
  pgBoss: 'pg-boss, PostgreSQL',
  graphileWorker: 'graphile-worker, PostgreSQL (deletes what is done)',
  agenda: 'Agenda, PostgreSQL',
};
const subjects = Object.keys(names);

const shown = (value) =>
  value === null || value === undefined ? '-' : typeof value === 'number' ? value.toLocaleString('en') : `${value}`;
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => shown(cell)).join(' | ')} |`).join('\n');
const ratio = (a, b) => (a && b ? `${(a / b).toPrecision(2)} x` : '-');

const barWidth = 44;
const chart = (rows) => {
  const most = Math.max(...rows.map(([, value]) => value));
  const label = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, value]) => `${name.padEnd(label)}  ${'█'.repeat(Math.max(1, Math.round((value / most) * barWidth)))} ${shown(value)}`,
  );
  return ['```', ...lines, '```'].join('\n');
};

const perSubject = (medians, row, workload, variant) =>
  subjects.flatMap((subject) => {
    const figures = medians.get(keyOf({ row, workload, subject, variant }));
    return figures ? [{ subject, name: names[subject], figures }] : [];
  });

const throughput = (medians) => {
  const single = medians.get('w1/scheduling/nexus');
  return [
    ...throughputOf('### W1: throughput', perSubject(medians, 'w1', 'throughput')),
    ...(single
      ? [
          `Single calls of ours, each durable when answered: ${shown(single.oneByOnePerSecond)}/s one after the other, ` +
            `${shown(single.hundredInFlightPerSecond)}/s with a hundred under way.`,
        ]
      : []),
    ...throughputOf('### W1 for longer: five times as many jobs', perSubject(medians, 'w1', 'throughput', 'sustained')),
  ];
};

const throughputOf = (title, all) => {
  if (all.length === 0) return [];
  const ours = all.find(({ subject }) => subject === 'nexus')?.figures;
  return [
    title,
    table(
      ['', 'schedule/s', 'execute/s', 'end to end/s', 'µs of processor per execution, server included', 'we execute'],
      all.map(({ name, figures: f }) => [
        name,
        f.schedulePerSecond,
        f.executePerSecond,
        f.endToEndPerSecond,
        f.executeCpuMicros,
        ratio(ours?.executePerSecond, f.executePerSecond),
      ]),
    ),
    'Executions per second:',
    chart(all.map(({ name, figures }) => [name, figures.executePerSecond])),
  ];
};

const lateness = (medians) => {
  const all = perSubject(medians, 'w2', 'lateness');
  if (all.length === 0) return [];
  return [
    '### W2: start of the handler after the instant it was due, ms',
    table(
      ['', 'p50', 'p99', 'max', 'early', 'processor seconds'],
      all.map(({ name, figures: f }) => [name, f['latenessMs.p50'], f['latenessMs.p99'], f['latenessMs.max'], f.early, f.cpuSeconds]),
    ),
    ...onServer(medians),
  ];
};

const schedules = (medians) => {
  const all = perSubject(medians, 'w3', 'schedules');
  if (all.length === 0) return [];
  return [
    '### W3 and W4: many schedules, the herd of a minute, restart',
    table(
      [
        '',
        'schedules',
        'register ms',
        'MiB + server',
        'idle % + server',
        'herd p50 / p99 ms',
        'a minute later',
        'early',
        'ready ms',
        'first job ms',
      ],
      all.map(({ subject, name, figures: f }) => {
        const again = medians.get(`w4/restart/${subject}`);
        return [
          name,
          f.schedules,
          f.registerMs,
          `${shown(f.processMib)} + ${shown(f.serverMib)}`,
          `${shown(f.idlePercent)} + ${shown(f.idleServerPercent)}`,
          `${shown(f['herdMs.p50'])} / ${shown(f['herdMs.p99'])}`,
          `${shown(f['nextHerdMs.p50'])} / ${shown(f['nextHerdMs.p99'])}`,
          f.herdEarly,
          again?.readyMs,
          again?.firstJobMs,
        ];
      }),
    ),
  ];
};

const onServer = (medians) => {
  const [insert, late] = ['inserts', 'lateness'].map((workload) => medians.get(`w2/${workload}/nexus/MongoDB protocol`));
  if (!insert || !late) return [];
  const [p50, p99] = ['p50', 'p99'].map(
    (q) => `${shown(late[`latenessMs.${q}`])} ms (an insert alone: ${shown(insert[`insertMs.${q}`])} ms)`,
  );
  return [`One node on the server of W6, jobs 200 ms apart: p50 ${p50}, p99 ${p99}.`];
};

const limits = (medians) => {
  const [limit, ours, single, late] = ['w1/limits', 'w1/throughput', 'w1/scheduling', 'w2/lateness'].map((key) =>
    medians.get(`${key}/nexus`),
  );
  if (!limit) return [];
  const [longer, oursForLonger] = ['w1/limits', 'w1/throughput'].map((key) => medians.get(`${key}/nexus/sustained`));
  const oneByOne = single && 1_000 / single.oneByOnePerSecond;
  return [
    '### What the machine and the driver of the store can do without a scheduler',
    table(
      ['', 'without', 'with', 'within'],
      [
        [
          'executions per second: two durable records, rows of job and history, by the driver',
          limit.executePerSecond,
          ours?.executePerSecond,
        ],
        [
          'the same events and rows, encoded and handed to the threads of the store',
          limit['threads.executePerSecond'],
          ours?.executePerSecond,
        ],
        ['executions per second for longer, by the driver', longer?.executePerSecond, oursForLonger?.executePerSecond],
        ['the same, handed to the threads of the store', longer?.['threads.executePerSecond'], oursForLonger?.executePerSecond],
        ['jobs scheduled per second: a durable record, a row, by the driver', limit.schedulePerSecond, ours?.schedulePerSecond],
        [
          'the same event and row, encoded and handed to the threads of the store',
          limit['threads.schedulePerSecond'],
          ours?.schedulePerSecond,
        ],
      ]
        .map((row) => [...row, ratio(row[1], row[2])])
        .concat(
          [
            [
              'one durable insert after the other, ms (without: by the driver, on the thread that waits)',
              limit['oneByOneMs.p50'],
              oneByOne && Number(oneByOne.toPrecision(3)),
            ],
            [
              'the same, of an event that is encoded, by the thread of the log',
              limit['threads.oneByOneMs.p50'],
              oneByOne && Number(oneByOne.toPrecision(3)),
            ],
            ['late by, p50 ms: a timer, then one durable insert', limit['timerMs.p50'], late?.['latenessMs.p50']],
            ['late by, p99 ms', limit['timerMs.p99'], late?.['latenessMs.p99']],
            ['a page of 4 KiB on the medium, ms', limit['flushMs.p50'], undefined],
          ].map((row) => [...row, ratio(row[2], row[1])]),
        ),
    ),
  ];
};

const list = (title, rows) => {
  const known = rows.filter(([, value]) => value !== undefined && value !== null);
  return known.length === 0 ? [] : [title, table(['', ''], known)];
};

const ours = (medians) => {
  const [registered, many] = [medians.get('w5/register/nexus'), medians.get('w5/operate/nexus')];
  const [relay, rebuilt] = [medians.get('w7/relay/nexus'), [...medians].findLast(([key]) => key.startsWith('w8/rebuild/nexus'))?.[1]];
  return [
    ...list(`### W5: ${shown(registered?.jobs)} jobs on the embedded store`, [
      ['registered per second', registered?.registerPerSecond],
      ['ready after the start of the process, ms', many?.readyMs],
      ['memory idle, MiB', many?.idleMib],
      ['idle, % of a core', many?.idlePercent],
      ['a page of 100 of the list, p50 ms', many?.['listPageMs.p50']],
      ['µs of processor per job scheduled and run among them', many?.claimCpuMicros],
      ['memory afterwards, MiB', many?.busyMib],
    ]),
    ...list('### W7: relay to JetStream', [
      ['events per second, from a log of', relay && `${shown(relay.relayPerSecond)}, ${shown(relay.events)} events`],
      ['behind at 1,000 events a second, p50 / p99 ms', relay && `${shown(relay['lagMs.p50'])} / ${shown(relay['lagMs.p99'])}`],
    ]),
    ...list('### W8: read models made anew from the log', [
      ['events per second, of', rebuilt && `${shown(rebuilt.rebuildPerSecond)}, ${shown(rebuilt.events)} events`],
      ['µs of processor per event', rebuilt?.cpuMicros],
    ]),
    ...costs(medians),
  ];
};

/** What the log and the read models hold, at each size that was measured. */
const costs = (medians) => {
  const sizes = [...medians].filter(([key]) => key.startsWith('w8/rebuild/nexus'));
  if (sizes.length === 0) return [];
  return [
    '### What a job that runs once leaves behind',
    table(
      ['', 'commits', 'events', 'bytes of log per job', 'bytes of read models per job'],
      sizes.map(([key, f]) => [key.split('/').at(-1), f.commits, f.events, f.logBytesPerJob, f.derivedBytesPerJob]),
    ),
  ];
};

const cluster = (medians) => {
  const rows = [...medians].filter(([key]) => key.startsWith('w6/'));
  if (rows.length === 0) return [];
  return [
    '### W6: on a server that speaks the protocol of MongoDB',
    table(
      ['', 'nodes', 'jobs', 'schedule/s', 'execute/s', "ms of the server's processor per job"],
      rows.map(([key, f]) => [
        key.split('/')[2] === 'nexus' ? 'nexus-scheduler' : 'Agenda',
        f.nodes ?? 1,
        f.jobs,
        f.schedulePerSecond,
        f.executePerSecond,
        f.serverSeconds > 0 ? Number(((f.serverSeconds / f.jobs) * 1_000).toPrecision(2)) : '',
      ]),
    ),
  ];
};

const micro = ({ micro: figures }) =>
  figures
    ? list(
        `### Single steps, ${figures.unit}`,
        Object.entries(figures).filter(([name]) => name !== 'unit'),
      )
    : [];

const missing = ({ measurements }) => {
  const failed = measurements.filter(({ ok }) => !ok);
  if (failed.length === 0) return [];
  return [
    'Not measured:',
    failed.map(({ row, subject, workload, error }) => `- ${row} ${workload}, ${subject}: ${error.split('\n')[0]}`).join('\n'),
  ];
};

/** Beside other work nothing but ratios may be read off. */
const loadNote = ({ measurements, machine, quick, seconds, at }) => {
  const others = measurements.flatMap(({ ok, figures }) => (ok && figures.othersPercent !== undefined ? [figures.othersPercent] : []));
  const [least, most] = [Math.min(...others), Math.max(...others)];
  const busy = most > 30 ? ' **Measured beside other work: only the ratios mean anything.**' : '';
  return (
    `${at.slice(0, 10)}, ${machine.cores} cores (${machine.model.trim()}), Node ${process.versions.node}, ${quick ? 'quick run' : 'full run'} of ` +
    `${Math.round(seconds / 60)} minutes, medians of the rounds. Other processes used ${shown(least)} to ${shown(most)} % of a core meanwhile.${busy}`
  );
};

export const report = (results) => {
  const medians = mediansOf(results);
  const parts = [throughput, lateness, limits, schedules, ours, cluster].flatMap((part) => part(medians));
  return [loadNote(results), ...parts, ...micro(results), ...missing(results)].join('\n\n');
};

const [begin, end] = ['<!-- measured by bench/run.mjs -->', '<!-- end of what was measured -->'];

/** Puts the report between its marks in a document. */
export const intoDocs = (file, text) => {
  const document = readFileSync(file, 'utf8');
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the report: ${begin} ... ${end}`);
  writeFileSync(file, `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`);
};
