import type { PublishedEvent } from '../../../application/api/types.js';
import { type JobEventType, jobEventTypes } from '../../../domain/job/index.js';
import type { CliEnvironment, CliScheduler } from '../environment.js';
import { EventLines } from '../eventLines.js';
import { narrate } from '../format/narrate.js';
import { type Commands, closing, type Invocation, openScheduler, withScheduler } from '../invocation.js';
import { oneOf } from '../options.js';

type Options = {
  readonly follow?: boolean;
  readonly job?: string;
  readonly type?: readonly JobEventType[];
  readonly after?: string;
};

export const eventsCommand: Commands = (program, run) => {
  program
    .command('events')
    .description('print the log, one event on each line')
    .option('--follow', 'go on with new events until interrupted')
    .option('--job <name>', 'only events of this job')
    .option('--type <type>', 'only events of this type, or of one of several with commas', oneOf(jobEventTypes))
    .option('--after <sequence>', 'only what follows the event with this sequence')
    .action(run(events));
};

const events = async (invocation: Invocation, { follow = false, job, type, after }: Options): Promise<undefined> => {
  const { environment } = invocation;
  const ended = new AbortController();
  const print = printer(invocation);
  const printAll = async (found: AsyncIterable<PublishedEvent>): Promise<void> => {
    for await (const event of found)
      if ((job === undefined || event.jobName === job) && (type === undefined || type.includes(event.type))) print(event);
  };
  environment.stdout.onClosed(() => ended.abort());
  if (!follow) await withScheduler(invocation, 'read', (scheduler) => printAll(scheduler.events(filterOf(after, ended.signal))));
  else {
    const stopListening = environment.onSignal(() => ended.abort());
    // Only an existing store can be followed.
    const scheduler = openScheduler(invocation, 'read');
    const found =
      invocation.store.kind === 'service'
        ? scheduler.events({ ...filterOf(after, ended.signal), follow: true })
        : followed(scheduler, after, ended.signal, environment.after);
    await closing(scheduler, () => printAll(found)).finally(stopListening);
  }
  return undefined;
};

const filterOf = (after: string | undefined, signal: AbortSignal): { readonly after?: string; readonly signal: AbortSignal } => ({
  signal,
  ...(after !== undefined && { after }),
});

const pollMs = 250;
type Wait = CliEnvironment['after'];

/** The events are written by another process, which cannot wake this one: look again and again. */
async function* followed(
  scheduler: CliScheduler,
  after: string | undefined,
  signal: AbortSignal,
  wait: Wait,
): AsyncGenerator<PublishedEvent, void, undefined> {
  let last = after;
  while (!signal.aborted) {
    for await (const event of scheduler.events(filterOf(last, signal))) {
      yield event;
      last = event.sequence;
    }
    await pause(wait, signal);
  }
}

const pause = (wait: Wait, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const stop = wait(pollMs, () => done());
    const done = (): void => {
      signal.removeEventListener('abort', done);
      stop();
      resolve();
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });

const printer = ({ terminal, json, organization, store }: Invocation): ((event: PublishedEvent) => void) => {
  if (json) return (event) => terminal.printJsonLine(event);
  const lines = new EventLines(terminal, { organization, log: true, nodes: store.kind === 'shared' });
  return (event) => {
    lines.learn(event);
    terminal.print(lines.line({ event, line: narrate(event, lines.known(event)) }));
  };
};
