import type { CommandStartedEvent, Document } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../../src/adapters/mongo/connect.js';
import { at, executionRow, jobRow, request, states, tombstone } from '../../contracts/samples.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { skipByName } from '../../servers/skip.js';
import { newDatabase } from './open.js';
import { openParts, type Parts } from './parts.js';

const jobs = 5_000;

const save = { jobs: [], executions: [], checkpoints: new Map() };
const aRun = { progress: null, log: [], droppedLines: 0 };

/** Everything that is asked again and again while jobs run. */
const hot: { readonly [name: string]: (parts: Parts) => Promise<unknown> } = {
  'the head of the log': ({ feed }) => feed.head(0),
  'a page of the log': ({ feed }) => feed.after(0, 2_500, 100),
  'the end of the log': ({ feed }) => feed.after(0, jobs - 10, 100),
  'a stream': ({ store }) => store.read('acme/job-7', 0),
  'an append': ({ store }) => store.append(request('acme/job-7', 1)),
  'appends, one of them in conflict': ({ store }) =>
    Promise.all(['acme/job-8', 'acme/job-9', 'acme/none'].map((stream) => store.append(request(stream, stream.endsWith('8') ? 0 : 1)))),
  'the streams': ({ store }) => store.streams('acme/job-4', 100),
  'a redaction': ({ store }) => store.redact('acme/job-10', 2),
  'rows of jobs': ({ readModels }) => readModels.jobs(['acme/job-1', 'acme/job-2']),
  'saving rows': ({ readModels }) =>
    readModels.save({ ...save, jobs: [jobRow('acme/job-1', {}, 5)], executions: [executionRow('acme/job-5', 'e-5', { version: 7 })] }),
  'saving rows of a deleted job': ({ readModels }) => readModels.save({ ...save, jobs: [tombstone('acme/job-15', 5)] }),
  'the checkpoint': ({ readModels }) => readModels.checkpoint(0),
  'work of some keys': ({ readModels }) =>
    readModels.work({ handlerKeys: ['type-1', 'type-3'], streams: ['acme/job-1'], priority: 'normal', limit: 100 }),
  'unclaimed work': ({ readModels }) => readModels.unclaimed({ handledKeys: ['type-1'], dueBefore: at(500), limit: 100 }),
  'running streams': ({ readModels }) => readModels.running(100, 'acme/job-2'),
  'a page of jobs': ({ readModels }) => readModels.listJobs({ organization: 'acme', now: at(0), limit: 50 }),
  'a page of jobs by status': ({ readModels }) =>
    readModels.listJobs({ organization: 'acme', now: at(0), limit: 50, statuses: ['running', 'queued'] }),
  'an execution': ({ readModels }) => readModels.execution('e-5'),
  'a page of history': ({ readModels }) => readModels.history('acme/job-5', 20),
  'the oldest kept': ({ readModels }) => readModels.oldestKept('acme/job-5', 10, at(0)),
  'dropping history': ({ readModels }) => readModels.dropHistory('acme/job-20', 10),
  'erasing a deleted job': ({ readModels }) => readModels.erase('acme/job-15'),
  'a lease': ({ leases }) => leases.hold('relay/0'),
  'a run record': ({ runRecords }) => runRecords.get('e-5'),
  'saving run records': ({ runRecords }) => runRecords.put([{ executionId: 'e-5', stream: 'acme/job-5', ...aRun }]),
};

/** Questions that SecantusDB takes for a walk through everything, or says so, where MongoDB uses an index. */
const beyondSecantusDB: { readonly [name: string]: string } = {
  'the streams': 'an equality after a range',
  'a redaction': 'a range and another condition',
  'saving rows': 'a key and another condition',
  'saving rows of a deleted job': 'a key and another condition',
  'work of some keys': 'several keys and a range',
  'unclaimed work': 'a range and another condition',
  'a page of jobs': 'a range of keys',
  'a page of jobs by status': 'a range of keys',
  'the oldest kept': 'a range and alternatives',
  'a lease': 'a range of keys',
};

describeOnMongo(
  `with ${jobs} jobs no collection is looked through`,
  (server, kind) => {
    let connection: Connection;
    let parts: Parts;
    const plansOf = async (questions: readonly Document[]): Promise<readonly (readonly string[])[]> => {
      const plans: (readonly string[])[] = [];
      for (const question of questions) plans.push(stagesOf(await connection.db.command({ explain: question })));
      return plans;
    };
    const asked: Document[] = [];
    const questions = async (name: string): Promise<readonly Document[]> => {
      asked.length = 0;
      await hot[name]?.(parts);
      return asked.flatMap(questionsOf);
    };

    beforeAll(async () => {
      connection = await connect(server().uri, newDatabase(), { monitorCommands: true });
      parts = await openParts(connection);
      await parts.leases.hold('relay/0');
      for (let from = 0; from < jobs; from += 500) await fill(parts, from, 500);
      connection.client.on('commandStarted', ({ command }: CommandStartedEvent) => asked.push(command));
      return () => connection.client.close();
    }, 300_000);

    describe('by the plan, for', () => {
      for (const name of Object.keys(hot)) {
        const reason = kind === 'secantusdb' ? beyondSecantusDB[name] : undefined;
        if (reason) {
          skipByName(`${name} on ${kind}`, `it does not use an index for ${reason}`);
          continue;
        }
        it(name, async () => {
          // By hand: in memory, all of what an index gave. SecantusDB does so whatever the index.
          const wasteful = kind === 'mongod' ? ['COLLSCAN', 'SORT'] : ['COLLSCAN'];
          const all = await questions(name);
          const plans = await plansOf(all);
          expect(all.filter((_, i) => plans[i]?.some((stage) => wasteful.includes(stage)))).toEqual([]);
        });
      }
    });

    it.each(Object.keys(hot))('by the indexes that there are, for %s', async (name) => {
      const all = await questions(name);
      const leading = async (collection: string): Promise<readonly (string | undefined)[]> =>
        (await connection.db.collection(collection).indexes()).map(({ key }) => Object.keys(key)[0]);
      for (const question of all) {
        const narrowed = Object.entries(question.filter).flatMap(([field, condition]) => (isNarrow(condition) ? field : []));
        const fields = await leading(question.find);
        expect(
          narrowed.some((field) => fields.includes(field)),
          JSON.stringify(question),
        ).toBe(true);
      }
    });
  },
  { ferretdb: 'it looks at every document for all but the simplest questions' },
);

/** Whether an index on the field leads to what is looked for. */
const isNarrow = (condition: unknown): boolean => {
  if (typeof condition !== 'object' || condition === null || condition instanceof Date) return true;
  return Object.keys(condition).some((operator) => ['$eq', '$in', '$gt', '$gte', '$lt', '$lte'].includes(operator));
};

const fill = async ({ store, readModels }: Parts, from: number, count: number): Promise<void> => {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  await Promise.all(numbers.map((i) => store.append(request(`acme/job-${i}`, 0))));
  const state = (i: number) => (i % 100 === 0 ? states.running : i % 2 === 0 ? states.completed : states.scheduled);
  await readModels.save({
    checkpoints: new Map([[0, from + count]]),
    jobs: numbers.map((i) => jobRow(`acme/job-${i}`, { ...state(i), definition: { jobType: `type-${i % 20}` } })),
    executions: numbers.filter((i) => i % 5 === 0).map((i) => executionRow(`acme/job-${i}`, `e-${i}`)),
  });
};

/** What a command looks for, each as a question that can be explained. */
const questionsOf = (command: Document): readonly Document[] => {
  const { find, filter, sort, limit, skip, projection } = command;
  if (find)
    return [{ find, filter, ...(sort && { sort }), ...(limit && { limit }), ...(skip && { skip }), ...(projection && { projection }) }];
  const lookFor = (collection: string, some: readonly Document[]) => some.map(({ q }) => ({ find: collection, filter: q }));
  if (command.update) return lookFor(command.update, command.updates);
  return command.delete ? lookFor(command.delete, command.deletes) : [];
};

const stagesOf = (plan: unknown): readonly string[] => {
  if (Array.isArray(plan)) return plan.flatMap(stagesOf);
  if (typeof plan !== 'object' || plan === null) return [];
  const { stage, rejectedPlans: _, ...rest } = plan as Document;
  return [...(typeof stage === 'string' ? [stage] : []), ...Object.values(rest).flatMap(stagesOf)];
};
