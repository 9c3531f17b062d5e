import type { JobInput } from '../../src/application/api/types.js';
import { overlapPolicies, priorities } from '../../src/domain/job/index.js';
import { type Deed, deeds } from './handlers.js';
import type { Random } from './random.js';
import type { World } from './world.js';

const organizations = ['acme', 'beta'] as const;
const second = 1_000;
const minute = 60 * second;

const usualDeeds: readonly Deed[] = ['quick', 'quick', 'quick', 'quick', 'slow', 'flaky', 'fail'];

/** A job as a client might think of it. */
const randomJob = (random: Random, world: World, jobName: string): JobInput => {
  // A node whose handlers have all stopped listening claims nothing more.
  const possible = deeds.filter((deed) => deed !== 'deaf' || world.options.concurrency > 5);
  const does = random.chance(0.8) ? random.pick(usualDeeds) : random.pick(possible);
  return {
    jobName,
    jobType: random.pick(['work', 'work', 'work', 'work', 'rare', 'nobody']),
    parameters: { does },
    schedule: randomSchedule(random, world),
    overlap: random.pick(overlapPolicies),
    misfire: random.pick(['once', 'skip', 'all'] as const),
    priority: random.pick(priorities),
    maxAttempts: random.between(1, 3),
    timeout: random.pick([3, 10, 30]) * second,
    backoff: { type: 'constant', delay: random.pick([0, 200, 3_000]), jitter: 0.2 },
    retention: random.pick([{ executions: 3 }, { executions: 1_000 }, false] as const),
    ...(random.chance(0.2) && { enabled: random.chance(0.5) }),
  };
};

const randomSchedule = (random: Random, world: World): JobInput['schedule'] => {
  const bounds = {
    ...(random.chance(0.2) && { maxRuns: random.between(1, 4) }),
    ...(random.chance(0.2) && { jitter: random.pick([1_000, 10_000]) }),
  };
  switch (random.between(0, 3)) {
    case 0:
      return { type: 'once', runAt: new Date(world.now + random.between(-5, 90) * second) };
    case 1:
      return { type: 'recurring', cronExpression: random.pick(['* * * * *', '*/20 * * * * *', '*/2 * * * *']), ...bounds };
    default:
      return { type: 'recurring', interval: { value: random.pick([5, 10, 15, 45]), unit: 'seconds' }, ...bounds };
  }
};

/** One request of a client, at a node that runs. */
export const askSomething = (random: Random, world: World, jobs: number): void => {
  const organization = random.pick(organizations);
  const jobName = `job-${random.between(1, jobs)}`;
  const site = random.pick(world.sites);
  const ask = (what: string, act: Parameters<World['ask']>[2]): void =>
    world.ask(site, `${what} ${organization}/${jobName}`, act, organization, jobName);
  switch (random.between(0, 13)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: {
      const job = randomJob(random, world, jobName);
      const key = random.chance(0.3) ? { idempotencyKey: `key-${random.between(1, 5)}` } : {};
      return ask(`schedule ${JSON.stringify(job)}`, (api) => api.scheduleJob({ ...job, ...key }));
    }
    case 5:
      return ask('pause', (api) => api.toggleJob(jobName, false));
    case 6:
      return ask('pause a while', (api) => api.toggleJob(jobName, false, { until: new Date(world.now + random.between(1, 3) * minute) }));
    case 7:
    case 8:
      return ask('resume', (api) => api.toggleJob(jobName, true));
    case 9:
      return ask('cancel', (api) => api.cancelJob(jobName));
    case 10:
      return ask('delete', (api) => api.deleteJob(jobName));
    case 11:
      return ask('cancel a run of', async (api) => {
        const [active] = (await api.getJob(jobName)).activeExecutions;
        if (active) await api.cancelExecution(active.executionId);
      });
    case 12:
      return ask('look at', async (api) => {
        const listed = await api.getScheduledJobs();
        for (const job of listed)
          if (job.organization !== organization) world.report('I22', `${organization} sees ${job.organization}/${job.jobName}`);
        await api.jobHistory(jobName);
        await api.getJobStats(jobName);
      });
    default: {
      const does = random.pick(usualDeeds);
      return ask(`run (${does})`, (api) => api.runNow(jobName, { does }, { wait: false }));
    }
  }
};
