import { type Instant, instant } from '../../domain/instant.js';
import { type Context, type Job, jobDecider } from '../../domain/job/index.js';
import { CalculatorFailure, type Calendar } from '../../domain/schedule/calendar.js';
import type { Limits } from '../dispatch/limits.js';
import type { JobRows } from '../jobRows.js';
import { coming } from '../planning/coming.js';
import { durationOf, presentForecast, Tally } from '../planning/forecast.js';
import { Simulation } from '../planning/simulation.js';
import { differenceOf } from '../planning/whatIf.js';
import type { Background, Clock } from '../ports/clock.js';
import type { StreamKey } from '../ports/eventStore.js';
import type { Ids } from '../ports/ids.js';
import type { JobInputParser } from '../ports/jobInput.js';
import type { Membership } from '../ports/membership.js';
import type { JobRow, ReadModels } from '../ports/readModels.js';
import type { Projector } from '../projector.js';
import { streamOf } from '../streams.js';
import { argument, countOf, fieldsOf, together } from './arguments.js';
import { accepted, otherOrganization, unwell } from './jobCommands.js';
import { jobNotFound, toError } from './rejections.js';
import type { ComingQuery, ComingRun, Forecast, Horizon, WhatIf } from './types.js';

const dayMs = 86_400_000;
const usualDays = 7;
const mostDaysCompared = 366;
const mostDaysPlayed = 31;
const mostComing = 100;
const mostRunsPlayed = 20_000;
const mostJobsPlayed = 10_000;
const jobsAtOnce = 1_000;
/** Nothing else runs in the meantime. */
const stepsAtOnce = 250;

export type PlanDependencies = {
  readonly rows: JobRows;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly membership: Membership;
  readonly limits: Limits;
  readonly input: JobInputParser;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly background: Background;
  readonly ids: Ids;
};

/** What is to come, in one organization: none of it changes anything. */
export class JobPlans {
  constructor(
    private readonly dependencies: PlanDependencies,
    private readonly organization: string,
    /** Whether a job may name another organization than this one. */
    private readonly forAll: boolean,
  ) {}

  async comingRuns(jobName: unknown, query?: ComingQuery): Promise<readonly ComingRun[]> {
    const { input, rows } = this.dependencies;
    const { after, count = 10 } = fieldsOf('query', query);
    const [stream, from] = together(
      () => streamOf(this.organization, accepted(input.name(jobName, 'jobName'))),
      () => (after === undefined ? null : argument(input.instant(after, 'after'))),
      () => countOf('count', count, mostComing),
    );
    const { state } = await unwell(rows.current(stream));
    if (state.kind === 'absent') throw jobNotFound(String(jobName));
    return this.#planning(stream, () => this.#first(state, count, from));
  }

  async whatIf(job: unknown, horizon?: Horizon): Promise<WhatIf> {
    const { input, clock, ids, rows } = this.dependencies;
    const days = daysOf(horizon, mostDaysCompared);
    const now = clock.now();
    const newJobId = ids.next();
    const { jobName, definition, enabled, ...given } = accepted(input.job(job, now, { jobId: newJobId, organization: this.organization }));
    const { organization = this.organization } = given;
    if (!this.forAll && organization !== this.organization) throw otherOrganization(this.organization);
    const stream = streamOf(organization, jobName);
    const { state: before } = await unwell(rows.current(stream));
    const context = this.#contextOf(organization);
    const decider = jobDecider(context);
    const command = {
      type: 'ScheduleJob' as const,
      now,
      watchedSince: now,
      newJobId,
      definition,
      ...(enabled !== undefined && { enabled }),
    };
    const decision = decider.decide(command, before);
    if (!decision.ok) throw toError(decision.rejection, stream);
    const { events } = decision;
    const change = { before, after: events.reduce(decider.evolve, before), events, from: now, until: instant(now + days * dayMs) };
    return { jobName, organization, ...this.#planning(stream, () => differenceOf(change, context)) };
  }

  async forecast(horizon?: Horizon): Promise<Forecast> {
    const { clock, limits, membership } = this.dependencies;
    const days = daysOf(horizon, mostDaysPlayed);
    const from = clock.now();
    const end = instant(from + days * dayMs);
    const { rows, all } = await this.#activeRows(from);
    const concurrency = limits.concurrency * Math.max(1, membership.nodes().length);
    const tally = new Tally();
    const until = await this.#play(rows, { from, end, concurrency, tally });
    return {
      organization: this.organization,
      from: new Date(from),
      until: new Date(until),
      complete: all && until === end,
      ...presentForecast({ tally, rows, concurrency }),
    };
  }

  /** Returns the end, or where enough has been played. */
  async #play(rows: readonly JobRow[], { from, end, concurrency, tally }: Playing): Promise<Instant> {
    const decider = jobDecider(this.#contextOf(this.organization));
    const jobs = rows.flatMap(({ state, ...row }) =>
      state.kind === 'job' ? [{ stream: row.stream, job: state, durationMs: durationOf({ state, ...row }), decider }] : [],
    );
    const simulation = new Simulation(jobs, from, concurrency, tally);
    for (let steps = 1; ; steps++) {
      const at = simulation.step(end);
      if (at === null) return end;
      if (tally.runs >= mostRunsPlayed) return at;
      if (steps % stepsAtOnce === 0) await this.#letOthersRun();
    }
  }

  /** The jobs that may run again, up to a limit. */
  async #activeRows(now: Instant): Promise<{ readonly rows: readonly JobRow[]; readonly all: boolean }> {
    const { readModels, projector } = this.dependencies;
    await unwell(projector.saved());
    const rows: JobRow[] = [];
    for (let after: string | undefined; ; ) {
      const page = await unwell(
        readModels.listJobs({ organization: this.organization, now, limit: jobsAtOnce, ...(after !== undefined && { after }) }),
      );
      rows.push(...page.filter(({ state }) => state.kind === 'job' && state.ended === null));
      const last = page.at(-1);
      if (page.length < jobsAtOnce || !last) return { rows, all: true };
      if (rows.length >= mostJobsPlayed) return { rows, all: false };
      after = last.stream.slice(this.organization.length + 1);
    }
  }

  #first(job: Job, count: number, after: Instant | null): readonly ComingRun[] {
    const found: ComingRun[] = [];
    for (const { occurrence, startAt } of coming(job, this.#contextOf(this.organization), after)) {
      if (found.push({ occurrence: new Date(occurrence), startAt: new Date(startAt) }) === count) break;
    }
    return found;
  }

  /** A calculator of the user may fail. */
  #planning<T>(stream: StreamKey, plan: () => T): T {
    try {
      return plan();
    } catch (error) {
      throw error instanceof CalculatorFailure ? toError(error, stream) : error;
    }
  }

  #contextOf(organization: string): Context {
    return { calendar: this.dependencies.calendar, organization };
  }

  #letOthersRun(): Promise<void> {
    return new Promise((resolve) => this.dependencies.background.after(0, resolve, 'keepAlive'));
  }
}

type Playing = { readonly from: Instant; readonly end: Instant; readonly concurrency: number; readonly tally: Tally };

const daysOf = (horizon: Horizon | undefined, most: number): number => {
  const { days = usualDays } = fieldsOf('horizon', horizon);
  return countOf('days', days, most);
};
