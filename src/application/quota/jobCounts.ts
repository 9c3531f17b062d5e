import type { Millis } from '../../domain/instant.js';
import type { Commits, Committed } from '../commits.js';
import type { Clock } from '../ports/clock.js';
import type { Membership } from '../ports/membership.js';
import type { ReadModels } from '../ports/readModels.js';
import type { Projector } from '../projector.js';
import { splitStream } from '../streams.js';

/** Where other nodes make jobs too, what was counted is counted again after this time; their rows may be saved late. */
const goodForMs: Millis = 10_000;
/** Jobs may be deleted while they are counted: then they are counted again, so often at most. */
const mostLooks = 10;

type Dependencies = {
  readonly commits: Commits;
  readonly readModels: Pick<ReadModels, 'countJobs'>;
  readonly projector: Pick<Projector, 'saved'>;
  readonly membership: Pick<Membership, 'exclusive'>;
  readonly clock: Pick<Clock, 'monotonic'>;
};

/** How many jobs organizations have: counted once, and then kept by what is committed. */
export class JobCounts {
  readonly #counts = new Map<string, Count>();

  constructor(private readonly dependencies: Dependencies) {
    dependencies.commits.on((committed) => this.#onCommitted(committed));
  }

  /** The count of an organization, which goes on counting. Where nobody else writes it is exact as long as it is kept. */
  async of(organization: string): Promise<Count> {
    const known = this.#counts.get(organization);
    const count = known ?? new Count();
    this.#counts.set(organization, count);
    if (!known || this.#isOld(count)) count.counting ??= this.#count(organization, count);
    await count.counting;
    return count;
  }

  /** For a log that was filled from elsewhere. */
  forget(): void {
    this.#counts.clear();
  }

  #isOld({ countedAt }: Count): boolean {
    return !this.dependencies.membership.exclusive && this.dependencies.clock.monotonic() - countedAt >= goodForMs;
  }

  async #count(organization: string, count: Count): Promise<void> {
    const { readModels, projector, clock } = this.dependencies;
    try {
      for (let looks = 0; looks < mostLooks; looks++) {
        const { changes } = count;
        await projector.saved();
        count.jobs = await readModels.countJobs(organization);
        if (changes === count.changes) break;
      }
      count.countedAt = clock.monotonic();
    } catch (error) {
      // Without a count nothing is admitted; whoever asks next counts anew.
      this.#counts.delete(organization);
      throw error;
    } finally {
      count.counting = null;
    }
  }

  #onCommitted({ commit }: Committed): void {
    if (this.#counts.size === 0) return;
    const count = this.#counts.get(splitStream(commit.stream).organization);
    if (!count) return;
    for (const event of commit.events) {
      if (event.type === 'JobScheduled') count.made(event.jobId);
      else if (event.type === 'JobDeleted') count.deleted();
    }
  }
}

/** Jobs that there are, and places that are taken for those on their way. */
export class Count {
  jobs = 0;
  /** Grows whenever a job comes or goes. */
  changes = 0;
  countedAt: Millis = 0;
  counting: Promise<void> | null = null;
  readonly #taken = new Set<string>();

  /** Takes a place for the job of this id, if fewer than `most` are taken; the same id takes one only. */
  take(jobId: string, most: number): boolean {
    if (!this.#taken.has(jobId) && this.jobs + this.#taken.size >= most) return false;
    this.#taken.add(jobId);
    return true;
  }

  /** Gives the place back, unless the job is there by now. */
  release(jobId: string): void {
    this.#taken.delete(jobId);
  }

  made(jobId: string): void {
    this.#taken.delete(jobId);
    this.jobs++;
    this.changes++;
  }

  deleted(): void {
    this.jobs--;
    this.changes++;
  }
}
