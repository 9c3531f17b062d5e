/** Where instants are in what the service answers: `items` stands for each item of a list. */
type Places = { readonly [name: string]: true | Places };

/** A copy with `Date`s in these places; everywhere else a text stays a text, whatever it looks like. */
export const withDates = <T>(value: unknown, places: Places): T => revived(value, places) as T;

const revived = (value: unknown, places: true | Places): unknown => {
  if (places === true) return typeof value === 'string' ? new Date(value) : value;
  if (Array.isArray(value)) return value.map((item) => revived(item, places));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const [name, inner] of Object.entries(places)) if (Object.hasOwn(copy, name)) copy[name] = revived(copy[name], inner);
  return copy;
};

export const scheduledDates: Places = { nextRunAt: true };

export const jobDates: Places = {
  nextRunAt: true,
  nextStartAt: true,
  lastRunAt: true,
  createdAt: true,
  updatedAt: true,
  paused: { since: true, until: true },
};

export const executionDates: Places = {
  scheduledFor: true,
  queuedAt: true,
  startedAt: true,
  finishedAt: true,
  retryAt: true,
  attempts: { startedAt: true, finishedAt: true },
  progress: { at: true },
  log: { at: true },
  artifacts: { createdAt: true },
};

export const runDates: Places = { startedAt: true, finishedAt: true };

export const statsDates: Places = { lastSuccessAt: true, lastFailureAt: true, lastExecution: { startedAt: true, finishedAt: true } };

export const backfillDates: Places = { executions: { scheduledFor: true } };
export const comingDates: Places = { occurrence: true, startAt: true };
export const eventDates: Places = { at: true };
export const explanationDates: Places = { at: true };

export const whatIfDates: Places = {
  from: true,
  until: true,
  removed: comingDates,
  added: comingDates,
  moved: { occurrence: true, from: true, to: true },
  nextRunAt: { before: true, after: true },
};

export const forecastDates: Places = {
  from: true,
  until: true,
  peak: { at: true },
  hotMinutes: { minute: true },
  suggestions: { minute: true },
};
