import { statfs } from 'node:fs/promises';
import type { Keys } from '../environment.js';
import { describeFailure, unexpected } from '../failure.js';
import { fieldLines } from '../format/fields.js';
import type { Tone } from '../format/paint.js';
import { printable } from '../format/printable.js';
import { bytesText } from '../format/size.js';
import { duration } from '../format/time.js';
import { type Commands, type Invocation, keysOf, storeName, withScheduler } from '../invocation.js';

/** One thing that was looked at. */
type Finding = { readonly what: string; readonly state: 'good' | 'warn' | 'bad'; readonly detail: string };

export const doctorCommand: Commands = (program, run) => {
  program.command('doctor').description('say what is configured, and whether it can be reached').action(run(doctor));
};

const doctor = async (invocation: Invocation): Promise<0 | 1> => {
  const { terminal, json } = invocation;
  const findings = invocation.store.kind === 'service' ? await ofService(invocation, invocation.store.url) : await ofStore(invocation);
  const healthy = findings.every(({ state }) => state !== 'bad');
  if (json) terminal.printJson({ healthy, findings });
  else terminal.print(...findingLines(findings, invocation), healthy ? 'Nothing is wrong.' : terminal.paint('bad', 'Something is wrong.'));
  return healthy ? 0 : 1;
};

const findingLines = (findings: readonly Finding[], { terminal }: Invocation): readonly string[] =>
  fieldLines(
    findings.map(({ what, state, detail }) => [what, state === 'good' ? detail : `${marks[state]}: ${detail}`, tones[state]]),
    terminal,
  );

const marks = { warn: 'look at it', bad: 'wrong' };
const tones: { readonly [state in Finding['state']]: Tone } = { good: 'plain', warn: 'warn', bad: 'bad' };

const skewLimitMs = 2_000;

const ofService = async ({ environment }: Invocation, url: string): Promise<readonly Finding[]> => {
  const service = environment.connect(url, undefined);
  const program: Finding = { what: 'program', state: 'good', detail: `nexus-scheduler ${environment.version}` };
  const reached = await looked('service', async () => {
    const { ready, reasons, skewMs } = await service.readiness();
    const state: Finding = ready
      ? { what: 'service', state: 'good', detail: `${printable(url)}, ready` }
      : { what: 'service', state: 'bad', detail: `${printable(url)} answers, and is not ready: ${reasons.map(printable).join(', ')}` };
    const isSkewed = Math.abs(skewMs) > skewLimitMs;
    const clock = `${isSkewed ? `${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'}` : 'as'} this one's`;
    return [state, { what: 'its clock', state: isSkewed ? 'warn' : 'good', detail: clock }];
  });
  const nodes = await looked('nodes', async () => [
    { what: 'nodes', state: 'good', detail: (await service.nodes()).map(({ node }) => printable(node)).join(', ') },
  ]);
  return [program, ...reached, ...nodes];
};

const ofStore = async (invocation: Invocation): Promise<readonly Finding[]> => {
  const { environment, store } = invocation;
  const keys = await looked('keys', async () => [await ofKeys(keysOf(invocation))]);
  const opened = await looked('store', () =>
    withScheduler(invocation, 'read', async (scheduler) => {
      const jobs = await scheduler.getScheduledJobs({ limit: mostRead });
      const kind = store.kind === 'shared' ? 'MongoDB' : 'embedded';
      const count = `${jobs.nextCursor === undefined ? '' : 'more than '}${jobs.length} jobs in organization ${printable(invocation.organization)}`;
      const waiting = jobs.filter(({ waitingFor }) => waitingFor !== null).map(({ jobName }) => printable(jobName));
      return [
        { what: 'store', state: 'good', detail: `${kind}, ${printable(storeName(store))}: ${count}` },
        ...(waiting.length === 0
          ? []
          : [{ what: 'due', state: 'warn', detail: `${waiting.slice(0, 5).join(', ')}: no service runs them` } as const]),
      ];
    }),
  );
  return [
    { what: 'program', state: 'good', detail: `nexus-scheduler ${environment.version}` },
    ...opened,
    ...(store.kind === 'embedded' ? await looked('disk', () => room(store.directory)) : []),
    ...keys,
    ...(await serviceHere(invocation)),
  ];
};

const ofKeys = async (keys: Keys): Promise<Finding> => {
  const [known, place] = [await keys.list(), printable(keys.path)];
  if (known === null) return { what: 'keys', state: 'good', detail: 'none: the HTTP API answers on this machine alone' };
  if (known.length > 0) return { what: 'keys', state: 'good', detail: `${known.length} in ${place}` };
  return { what: 'keys', state: 'warn', detail: `none in ${place}: nobody is let in until \`nexus-scheduler keys create\` makes one` };
};

const mostRead = 10_000;
/** What the write-ahead logs of the store need, and some more. */
const leastRoom = 256 * 1_024 * 1_024;

const room = async (directory: string): Promise<readonly Finding[]> => {
  const found = await statfs(directory).catch(() => null);
  if (!found) return [];
  const free = found.bavail * found.bsize;
  return [{ what: 'disk', state: free < leastRoom ? 'warn' : 'good', detail: `${bytesText(free)} free` }];
};

/** Whether one answers where this configuration says. */
const serviceHere = async ({ environment }: Invocation): Promise<readonly Finding[]> => {
  const { serviceUrl } = environment.config;
  if (serviceUrl === undefined) return [];
  const readiness = await environment
    .connect(serviceUrl, undefined)
    .readiness()
    .catch(() => null);
  if (!readiness) return [{ what: 'service', state: 'good', detail: `none answers at ${serviceUrl}` }];
  const { ready, reasons } = readiness;
  return [
    { what: 'service', state: ready ? 'good' : 'bad', detail: ready ? `${serviceUrl}, ready` : `${serviceUrl}: ${reasons.join(', ')}` },
  ];
};

/** What cannot be looked at is a finding too. */
const looked = async (what: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> => {
  try {
    return await look();
  } catch (error) {
    const { code, message } = describeFailure(error);
    if (code === unexpected) throw error;
    return [{ what, state: 'bad', detail: printable(message) }];
  }
};
