import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryArtifacts } from '../../src/adapters/artifacts/memory.js';
import { createScheduler, type Handler } from '../../src/bootstrap/index.js';
import { openNode, sharedMemory } from './node.js';
import { deferred, hourly, minute, openScheduler, rejection } from './opened.js';

const report = { jobName: 'report', jobType: 'pdf', schedule: hourly } as const;

const textOf = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

describe('artifacts of executions', () => {
  it('are kept with the execution, and can be opened', async () => {
    const writes: Handler = async (_, { artifact }) => {
      async function* rows() {
        yield 'a,b\n';
        yield new TextEncoder().encode('1,2\n');
      }
      await artifact('rows.csv', rows(), 'text/csv');
      return artifact('note.txt', 'made by hand');
    };
    const { scheduler } = openScheduler({ handlers: { pdf: writes } });
    await scheduler.scheduleJob(report);
    const { executionId, result } = await scheduler.runNow('report');
    const { artifacts } = await scheduler.getExecution(executionId);
    expect(artifacts).toMatchObject([
      { name: 'note.txt', mediaType: 'text/plain; charset=utf-8', bytes: 12, createdAt: expect.any(Date) },
      { name: 'rows.csv', mediaType: 'text/csv', bytes: 8, artifactId: `report/${executionId}/rows.csv` },
    ]);
    expect(result).toMatchObject({ name: 'note.txt', sha256: artifacts[0]?.sha256 });
    const opened = await scheduler.openArtifact(`report/${executionId}/rows.csv`);
    expect(await textOf(opened.content)).toBe('a,b\n1,2\n');
  });

  it('are nobody else’s', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: (_, { artifact }) => artifact('x.txt', 'secret') } });
    await scheduler.scheduleJob({ ...report, organization: 'acme' });
    const { executionId } = await scheduler.forOrganization('acme').runNow('report');
    const artifactId = `report/${executionId}/x.txt`;
    expect(await textOf((await scheduler.forOrganization('acme').openArtifact(artifactId)).content)).toBe('secret');
    expect(await rejection(scheduler.openArtifact(artifactId))).toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect(await rejection(scheduler.openArtifact('../../acme/x'))).toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    expect(await rejection(scheduler.openArtifact({ $ne: null } as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuse bad names and types, each named', async () => {
    const { scheduler } = openScheduler({ handlers: { pdf: (_, { artifact }) => artifact('../x.txt', 'x', 'text/plain\r\nX: y') } });
    await scheduler.scheduleJob({ ...report, maxAttempts: 1 });
    const { error } = await scheduler.runNow('report');
    expect(error).toMatchObject({ name: 'SchedulerError', code: 'INVALID_ARGUMENT' });
    expect(error?.message).toMatch(/^name: must be a plain file name.*; mediaType: must be a media type/);
  });

  it('that are larger than the limit fail their run for good, and leave nothing', async () => {
    const { scheduler } = openScheduler({
      predefined: { maxArtifactMiB: 1 },
      handlers: {
        pdf: async (_, { artifact }) => {
          await artifact('fits.bin', new Uint8Array(1_048_576));
          await artifact('large.bin', new Uint8Array(1_048_577));
        },
      },
    });
    await scheduler.scheduleJob(report);
    const { executionId, status, attempts, error } = await scheduler.runNow('report');
    expect([status, attempts, error?.message]).toEqual([
      'failed',
      1,
      'the artifact large.bin is larger than 1 MiB: see SCHEDULER_MAX_ARTIFACT_MIB',
    ]);
    expect((await scheduler.getExecution(executionId)).artifacts.map(({ name }) => name)).toEqual(['fits.bin']);
  });

  it('leave nothing of a file whose content fails, or whose run is told to stop half-way', async () => {
    const half = deferred<void>();
    const asked: Handler = async (_, { artifact, attempt, signal }) => {
      async function* content() {
        yield 'half of it';
        if (attempt === 1) throw new Error('the source broke');
        half.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        yield 'the rest';
      }
      await artifact('x.txt', content());
    };
    const { scheduler, clock } = openScheduler({ handlers: { pdf: asked } });
    await scheduler.scheduleJob({ ...report, backoff: { type: 'constant', delay: 1_000, jitter: 0 } });
    const { executionId } = await scheduler.runNow('report', {}, { wait: false });
    const advanced = clock.advance(2_000);
    await half.promise;
    await scheduler.cancelExecution(executionId);
    await advanced;
    const details = await scheduler.getExecution(executionId);
    expect(details.attempts.map((a) => a.error?.message)).toContain('the source broke');
    expect(details.artifacts).toEqual([]);
  });

  it('go with the history that retention drops, and only with it', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'artifacts-'));
    const { scheduler, clock } = openScheduler({
      predefined: { directory },
      handlers: { pdf: (_, { artifact }) => artifact('x.txt', 'content') },
    });
    const schedule = { type: 'recurring', interval: { value: 1, unit: 'minutes' } } as const;
    await scheduler.scheduleJob({ ...report, schedule, retention: { executions: 10, days: null } });
    await clock.advance(100 * minute);
    const history = await scheduler.jobHistory('report', 1_000);
    const kept = readdirSync(path.join(directory, 'artifacts', 'default', 'report'));
    expect(kept.toSorted()).toEqual(history.map((e) => e.executionId).toSorted());
    expect(kept.length).toBeLessThan(100);
    await scheduler.deleteJob('report');
    expect(readdirSync(path.join(directory, 'artifacts', 'default'))).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it('of a run that outlives a compaction stay until the next', async () => {
    const storage = sharedMemory();
    const end = deferred<void>();
    const handler: Handler<{ slow?: boolean }> = async ({ slow }, { artifact }) => {
      await artifact('x.txt', 'content');
      if (slow) await end.promise;
    };
    const { runtime, jobs, clock, parts } = await openNode({ storage, handlersByName: { pdf: handler } });
    await runtime.start();
    const schedule = { type: 'recurring', interval: { value: 1, unit: 'minutes' } } as const;
    await jobs.scheduleJob({ ...report, schedule, overlap: 'allow', timeout: 86_400_000, retention: { executions: 10, days: null } });
    const { executionId } = await jobs.runNow('report', { slow: true }, { wait: false });
    await clock.advance(100 * minute);
    expect((await jobs.getExecution(executionId)).artifacts).toHaveLength(1);
    end.resolve();
    await clock.advance(200 * minute);
    const owner = { organization: 'default', jobName: 'report', executionId };
    expect(await rejection(jobs.getExecution(executionId))).toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    expect(await parts.artifacts.list(owner)).toEqual([]);
    await runtime.stop(0);
  });

  it('of a deleted job go when its deletion is finished by whoever finds it', async () => {
    const storage = sharedMemory();
    const artifacts = memoryArtifacts({ now: () => parts.clock.now() });
    const broken = { ...artifacts, removeOfJob: () => Promise.reject(new Error('the disk is away')) };
    const handlersByName = {
      pdf: (_: never, { artifact }: { artifact: (name: string, content: string) => unknown }) => artifact('x.txt', 'x'),
    };
    const { runtime, jobs, parts } = await openNode({ storage, artifacts: broken, handlersByName: handlersByName as never });
    await runtime.start();
    await jobs.scheduleJob(report);
    const { executionId } = await jobs.runNow('report');
    const owner = { organization: 'default', jobName: 'report', executionId };
    expect(await rejection(jobs.deleteJob('report'))).toMatchObject({ message: 'the disk is away' });
    expect(await artifacts.list(owner)).toHaveLength(1);
    await runtime.stop(0);
    const next = await openNode({ storage, artifacts });
    expect(await artifacts.list(owner)).toEqual([]);
    await next.runtime.stop(0);
  });
});

describe('artifacts on disk', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'artifacts-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('are read by the next process, beside the store they belong to', async () => {
    const options = {
      store: { directory },
      logger: false,
      handlers: { pdf: ((_, { artifact }) => artifact('x.txt', 'kept')) as Handler },
    } as const;
    const first = createScheduler(options);
    await first.scheduleJob(report);
    const { executionId } = await first.runNow('report');
    await first.stop();
    const second = createScheduler({ store: { directory, readOnly: true }, autoStart: false, logger: false });
    const [artifact] = (await second.getExecution(executionId)).artifacts;
    expect(await textOf((await second.openArtifact(artifact?.artifactId ?? '')).content)).toBe('kept');
    await second.stop();
    expect(readdirSync(path.join(directory, 'artifacts', 'default', 'report', executionId)).toSorted()).toEqual(['.x.txt.json', 'x.txt']);
  });
});
