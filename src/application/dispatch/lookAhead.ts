import type { Instant } from '../../domain/instant.js';
import { type Priority, priorities } from '../../domain/job/index.js';
import type { JobHandlers } from '../handlers.js';
import type { ReadModels, WorkItem } from '../ports/readModels.js';
import type { WakeUp } from './wakeUps.js';

/** Wake-ups held per priority; the rest stays in the index until these are nearly used up. */
const held = 5_000;
/** So few left are time to read on: most of what a page brings has then not been read before. */
const nearlyUsedUp = 2_000;
const forever = Number.POSITIVE_INFINITY as Instant;

/**
 * The earliest wake-ups of each priority, so that memory does not grow with the number of jobs, and urgent work is seen however
 * much other work is due before it.
 */
export class LookAhead {
  /** Up to where each priority is known completely. */
  readonly #horizon = new Map<Priority, Instant>();

  constructor(
    private readonly readModels: ReadModels,
    private readonly handlers: JobHandlers,
  ) {}

  async load(): Promise<readonly WorkItem[]> {
    const capabilities = this.handlers.capabilities();
    const pages = await Promise.all(priorities.map((priority) => this.readModels.work({ ...capabilities, priority, limit: held })));
    priorities.forEach((priority, i) => {
      const page = pages[i] ?? [];
      this.#horizon.set(priority, page.length < held ? forever : (page.at(-1)?.workAt ?? forever));
    });
    return pages.flat();
  }

  /** Whether a wake-up belongs into memory, or will be read when its time comes nearer. */
  covers({ priority, workAt }: WakeUp): boolean {
    return workAt <= (this.#horizon.get(priority) ?? forever);
  }

  /** Whether the index holds more, and few of those read are left. */
  wantsMore(left: number): boolean {
    return left < nearlyUsedUp && [...this.#horizon.values()].some((h) => h !== forever);
  }
}
