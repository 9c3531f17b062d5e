import colors from 'picocolors';
import type { ExecutionStatus } from '../../../application/ports/readModels.js';
import type { JobStatus } from '../../../domain/job/index.js';

export type Tone = 'good' | 'bad' | 'warn' | 'active' | 'quiet' | 'strong' | 'plain';
export type Paint = (tone: Tone, text: string) => string;

export const paintOf = (enabled: boolean): Paint => {
  const { green, red, yellow, cyan, dim, bold } = colors.createColors(enabled);
  const tones = { good: green, bad: red, warn: yellow, active: cyan, quiet: dim, strong: bold, plain: String };
  return (tone, text) => tones[tone](text);
};

export const statusTone = (status: JobStatus | ExecutionStatus): Tone => {
  switch (status) {
    case 'running':
      return 'active';
    case 'completed':
      return 'good';
    case 'failed':
      return 'bad';
    case 'queued':
    case 'retrying':
    case 'paused':
      return 'warn';
    case 'cancelled':
      return 'quiet';
    case 'scheduled':
      return 'plain';
  }
};
