import { type Finding, looked, ofDirectory, ofJobs, ofKeys, ofServers, serviceHere } from '../findings.js';
import { fieldLines } from '../format/fields.js';
import type { Tone } from '../format/paint.js';
import { printable } from '../format/printable.js';
import { skewFinding } from '../format/skew.js';
import { type Commands, type Invocation, keysOf } from '../invocation.js';

export const doctorCommand: Commands = (program, run) => {
  program.command('doctor').description('say what is configured, and whether it can be reached').action(run(doctor));
};

const doctor = async (invocation: Invocation): Promise<0 | 1> => {
  const { terminal, json, environment, store } = invocation;
  const program: Finding = { what: 'program', state: 'good', detail: `nexus-scheduler ${environment.version}` };
  const found = await (store.kind === 'service' ? ofService(invocation, store.url) : ofConfiguration(invocation));
  const findings = [program, ...found];
  const healthy = findings.every(({ state }) => state !== 'bad');
  if (json) terminal.printJson({ healthy, findings });
  else terminal.print(...findingLines(findings, invocation), conclusion(findings, invocation));
  return healthy ? 0 : 1;
};

const findingLines = (findings: readonly Finding[], { terminal }: Invocation): readonly string[] =>
  fieldLines(
    findings.map(({ what, state, detail }) => [what, state === 'good' ? detail : `${marks[state]}: ${detail}`, tones[state]]),
    terminal,
  );

const marks = { warn: 'look at it', bad: 'wrong' };
const tones: { readonly [state in Finding['state']]: Tone } = { good: 'plain', warn: 'warn', bad: 'bad' };

const conclusion = (findings: readonly Finding[], { terminal: { paint } }: Invocation): string => {
  if (findings.some(({ state }) => state === 'bad')) return paint('bad', 'Something is wrong.');
  const toLookAt = findings.filter(({ state }) => state === 'warn').length;
  if (toLookAt === 0) return 'Nothing is wrong.';
  return `Nothing is wrong, but look at ${toLookAt} ${toLookAt === 1 ? 'thing' : 'things'}.`;
};

const ofService = async ({ environment }: Invocation, url: string): Promise<readonly Finding[]> => {
  const service = environment.connect(url, undefined);
  const reached = await looked('service', async () => {
    const { ready, reasons, skewMs } = await service.readiness();
    const state: Finding = ready
      ? { what: 'service', state: 'good', detail: `${printable(url)}, ready` }
      : { what: 'service', state: 'bad', detail: `${printable(url)} answers, and is not ready: ${reasons.map(printable).join(', ')}` };
    return [state, { what: 'its clock', ...skewFinding(skewMs) }];
  });
  const nodes = await looked('nodes', async () => [
    { what: 'nodes', state: 'good', detail: (await service.nodes()).map(({ node }) => printable(node)).join(', ') },
  ]);
  return [...reached, ...nodes];
};

/** Everything is looked at at once: what does not answer takes seconds. */
const ofConfiguration = async (invocation: Invocation): Promise<readonly Finding[]> => {
  const { environment, store } = invocation;
  const found = await Promise.all([
    looked('store', () => ofJobs(invocation)),
    store.kind === 'embedded' ? ofDirectory(store.directory) : [],
    looked('keys', () => ofKeys(keysOf(invocation))),
    ofServers(environment.servers),
    serviceHere(environment),
  ]);
  return found.flat();
};
