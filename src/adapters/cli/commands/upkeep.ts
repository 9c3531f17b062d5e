import type { Verification } from '../../../application/audit/verify.js';
import { issueLines } from '../failure.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';

export const upkeepCommands: Commands = (program, run) => {
  program.command('verify').description('check the log, and that what is derived from it is right').action(run(verify));
  program.command('rebuild').description('derive everything but the log anew from it').action(run(rebuild));
};

const verify = async (invocation: Invocation): Promise<0 | 1> => {
  const { terminal, json } = invocation;
  const progress = terminal.progress('verifying');
  const found = await withScheduler(invocation, 'read', (scheduler) => scheduler.verify(progress.on)).finally(progress.end);
  if (json) terminal.printJson(found);
  else terminal.print(...verificationLines(found, invocation));
  return found.ok ? 0 : 1;
};

const verificationLines = (
  { ok, commits, events, jobs, executions, occurrences, problems }: Verification,
  { terminal: { paint } }: Invocation,
): readonly string[] => [
  `${ok ? paint('good', 'intact') : paint('bad', `${problems.length} problems`)}: ${count(commits, 'commit')}, ${count(events, 'event')}, ${count(jobs, 'job')}, ${count(executions, 'run')}, ${count(occurrences, 'occurrence')} checked`,
  ...issueLines(problems.map(({ kind, where, detail }) => ({ path: `${kind} ${where}`, message: detail }))),
  ...(problems.some(({ kind }) => kind === 'occurrence')
    ? ['  An occurrence without a fate was planned and has not run, and nothing in the log says why.']
    : []),
  ...(problems.some(({ kind }) => kind !== 'occurrence')
    ? ['  `nexus-scheduler rebuild` derives rows and histories anew; missing positions or versions are damage to the log itself.']
    : []),
];

const rebuild = async (invocation: Invocation): Promise<undefined> => {
  const { terminal, json } = invocation;
  const progress = terminal.progress('rebuilding');
  const commits = await withScheduler(invocation, 'write', (scheduler) => scheduler.rebuild(progress.on)).finally(progress.end);
  if (json) terminal.printJson({ commits });
  else terminal.print(`rebuilt from ${count(commits, 'commit')}`);
  return undefined;
};

const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
