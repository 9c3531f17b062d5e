import type { CliEnvironment, StopSignal } from './environment.js';

export type StopCause = StopSignal | 'closed';

/** Under npm or timeout one press of Ctrl-C arrives as two signals: from the terminal, and passed on. */
const sameRequestMs = 500;

/** As shells have them for a process that a signal ended. */
const exitCodes: { readonly [signal in StopSignal]: number } = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * The first signal, or the end of whoever reads the output, asks to stop; a later one does not wait any more. Signals are taken until
 * `end` is called.
 */
export const stopAsked = ({
  onSignal,
  now,
  exit,
  stdout,
}: Pick<CliEnvironment, 'onSignal' | 'now' | 'exit' | 'stdout'>): { readonly asked: Promise<StopCause>; readonly end: () => void } => {
  let end = (): void => undefined;
  const asked = new Promise<StopCause>((resolve) => {
    let firstAt: number | null = null;
    end = onSignal((signal) => {
      const at = now().getTime();
      if (firstAt !== null && at - firstAt >= sameRequestMs) exit(exitCodes[signal]);
      firstAt ??= at;
      resolve(signal);
    });
    stdout.onClosed(() => resolve('closed'));
  });
  return { asked, end };
};
