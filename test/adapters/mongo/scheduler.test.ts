import { type Db, MongoClient } from 'mongodb';
import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/system/systemClock.js';
import type { Clock } from '../../../src/application/ports/clock.js';
import { manualClock } from '../../../src/bootstrap/index.js';
import { lazyScheduler, type Scheduler } from '../../../src/bootstrap/scheduler.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase, open } from './open.js';

const patienceMs = 60_000;
const minute = 60_000;

describeOnMongo('a scheduler', (server) => {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  const join = async (database: string, clock: Clock = systemClock): Promise<Scheduler> => {
    const openStorage = (node: string) => open(server().uri, { database, node, patienceMs });
    const scheduler = lazyScheduler(() => ({ nodeId: 'n', logger: false as const }), { clock, openStorage, withPredefined: false });
    opened.push({ close: () => scheduler.stop({ drainMs: 0 }) });
    scheduler.jobHandlers.set('report', (parameters: unknown) => ({ echoed: parameters }));
    await scheduler.start();
    return scheduler;
  };
  const look = (database: string): Db => {
    const client = new MongoClient(server().uri);
    opened.push(client);
    return client.db(database);
  };
  /** Every document there is whose text has the words. */
  const documentsWith = async (db: Db, words: string): Promise<readonly string[]> => {
    const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    const dumps = await Promise.all(
      names.map(async (name) => (await db.collection(name).find().toArray()).map((d) => `${name} ${JSON.stringify(d)}`)),
    );
    return dumps.flat().filter((text) => text.includes(words));
  };

  it('leaves nothing of what was in a job that is deleted', { timeout: 120_000 }, async () => {
    const database = newDatabase();
    const [scheduler, other] = [await join(database), await join(database)];
    const db = look(database);
    const given = (words: string) => ({
      jobType: 'report',
      schedule: { type: 'once' as const, runAt: new Date('2099-01-01T00:00:00Z') },
      parameters: { words },
      description: `about ${words}`,
      tags: [words],
    });
    await scheduler.scheduleJob({ jobName: 'gone', ...given('<a secret>') });
    await scheduler.scheduleJob({ jobName: 'kept', ...given('<no secret>') });
    await other.runNow('gone', { words: '<a secret>' });
    await scheduler.runNow('kept');
    await vi.waitFor(async () => expect(await documentsWith(db, '<a secret>')).not.toEqual([]), { timeout: 30_000 });
    await other.deleteJob('gone');
    await vi.waitFor(async () => expect(await documentsWith(db, '<a secret>')).toEqual([]), { timeout: 30_000, interval: 200 });
    expect(await documentsWith(db, '<no secret>')).not.toEqual([]);
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
    await scheduler.scheduleJob({ jobName: 'gone', ...given('<another>') });
    expect(await other.getJob('gone')).toMatchObject({ description: 'about <another>' });
  });

  it('drops old executions from history and log, and the read models stay what a replay gives', { timeout: 300_000 }, async () => {
    const database = newDatabase();
    const clock = manualClock(new Date('2026-01-01T00:00:00Z'));
    const scheduler = await join(database, clock);
    const every = { type: 'recurring' as const, interval: { value: 1, unit: 'minutes' as const } };
    await scheduler.scheduleJob({ jobName: 'report', jobType: 'report', schedule: every, retention: { executions: 5, days: null } });
    for (let i = 0; i < 60; i++) await clock.advance(minute);
    const history = await scheduler.jobHistory('report', 1_000);
    expect(history.length).toBeGreaterThanOrEqual(5);
    expect(history.length).toBeLessThanOrEqual(57);
    const compacted = await look(database).collection('commits').countDocuments({ red: 1 });
    expect(compacted).toBeGreaterThan(0);
    expect(await scheduler.getJobStats('report')).toMatchObject({ totalExecutions: 60, completed: 60 });
    expect(await scheduler.verify()).toMatchObject({ ok: true, problems: [] });
  });
});
