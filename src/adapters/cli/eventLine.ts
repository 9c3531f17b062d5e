import type { Told } from './format/narrate.js';
import { printable } from './format/printable.js';
import { timeOfDay } from './format/time.js';
import { cut, widthOf } from './format/width.js';
import type { Terminal } from './terminal.js';

type Style = {
  /** Jobs of another organization are shown with its name. */
  readonly organization: string;
  /** For reading the log: with the sequence, and the date on a terminal too. */
  readonly log?: boolean;
};

const jobColumn = 20;

/** `12:03:20.004Z  heartbeat  completed in 12 ms  {"rss":1}`; with the date where it goes to a file. */
export const eventLine = ({ event, line }: Told, { paint, columns }: Terminal, { organization, log = false }: Style): string => {
  const job = printable(event.organization === organization ? event.jobName : `${event.organization}/${event.jobName}`);
  const time = log || columns === undefined ? event.at.toISOString() : timeOfDay(event.at);
  const start = `${log ? `${event.sequence.padEnd(9)}  ` : ''}${time}`;
  const head = `${start}  ${job.padEnd(jobColumn)}  `;
  const room = (used: number): number => (columns === undefined ? Number.POSITIVE_INFINITY : Math.max(0, columns - used));
  const text = cut(line.text, Math.max(room(head.length), 10));
  const detail = line.detail === undefined ? '' : cut(line.detail, room(head.length + widthOf(text) + 2));
  return `${paint('quiet', start)}  ${paint('strong', job.padEnd(jobColumn))}  ${paint(line.tone, text)}${detail === '' ? '' : `  ${paint('quiet', detail)}`}`;
};
