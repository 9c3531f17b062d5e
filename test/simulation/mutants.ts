/** A fault planted in one line of the built code. */
export type Mutant = {
  readonly name: string;
  /** Below `src`, as it is built. */
  readonly file: string;
  readonly line: string;
  readonly instead: string;
  /** Which simulation is to notice it. */
  readonly noticedBy: 'system' | 'store' | 'crashes';
  /** The first world that is looked at: one that is known to notice it, where few do. */
  readonly from: number;
};

const noticedBy =
  (noticedBy: Mutant['noticedBy']) =>
  (name: string, file: string, line: string, instead: string, from = 1): Mutant => ({ name, file, line, instead, noticedBy, from });

const system = noticedBy('system');
const store = noticedBy('store');
const crashes = noticedBy('crashes');

const log = 'adapters/mongo/log';
const job = 'domain/job';

export const mutants: readonly Mutant[] = [
  store('an append is acknowledged by one server', 'adapters/mongo/connect.js', "durable = { w: 'majority',", 'durable = { w: 1,', 18),
  store(
    'the log is followed as one server has it',
    `${log}/feed.js`,
    '{ sort: { n: 1 }, limit, batchSize: limit }',
    "{ sort: { n: 1 }, limit, readConcern: { level: 'local' } }",
    51,
  ),
  store(
    'what became of an append is asked of one server',
    `${log}/verdicts.js`,
    '{ projection: place }',
    "{ readConcern: { level: 'local' } }",
    51,
  ),
  store('a duplicate key is taken for a conflict', `${log}/batchWriter.js`, 'await resolve(context, rest);', 'rest[0]?.conflict();', 17),
  store('a retry has a new id', `${log}/batchWriter.js`, '_id: request.commitId,', "_id: request.commitId + '@' + position,"),
  store('a lost answer is taken for a conflict', `${log}/batchWriter.js`, 'pending.trouble = error;', 'pending.conflict();'),
  store('a lost answer is taken for success', `${log}/batchWriter.js`, 'pending.trouble = error;', "pending.placed('appended', 1);"),
  store('holes are not filled', `${log}/feed.js`, 'if (looks > 1)', 'if (false)', 4802),
  store('readers pass over holes', `${log}/feed.js`, 'found.filter(({ n }, i) => n === position + 1 + i)', 'found', 4802),
  store('an append builds on nothing', `${log}/batchWriter.js`, 'pv: base ?? null,', 'pv: null,'),
  store(
    'a commit of another is taken for ours',
    `${log}/verdicts.js`,
    'else if (same || at(',
    "else if (at(slotOf(pending))) pending.placed('appended', at(slotOf(pending)).n);\n        else if (same || at(",
  ),

  system(
    'a claim is appended whatever the version',
    'adapters/memory/eventLog.js',
    'if (commits.length !== expectedVersion) {',
    'if (false) {',
  ),
  system(
    'a lost answer is asked for with a new id',
    'application/commandHandler.js',
    'store.append(request).then(appended, failed);',
    'store.append({ ...request, commitId: this.dependencies.ids.next() }).then(appended, failed);',
    144,
  ),
  system(
    'read models are told before the log',
    'application/commandHandler.js',
    'this.#appending.add(request.commitId);',
    'this.#appending.add(request.commitId);\n        this.#committed(appending.row, request, { version: appending.row.version + 1, partition: 0, position: 0 }, appending.states);',
  ),
  system(
    'rows are saved without a look at their version',
    'adapters/memory/jobTable.js',
    'if ((rows.get(row.stream)?.version ?? 0) >= row.version)',
    'if (false)',
    373,
  ),
  system(
    'history is saved without a look at its version',
    'adapters/memory/historyTable.js',
    'if ((byId.get(row.executionId)?.version ?? 0) >= row.version)',
    'if (false)',
    20,
  ),
  crashes(
    'the checkpoint is saved before the rows',
    'application/projector.js',
    'await inChunks([...batch.executions.values()]',
    'if (checkpoints.size > 0) await this.#readModels.save({ ...nothing, checkpoints });\n            await inChunks([...batch.executions.values()]',
  ),
  system('nobody mends rows of the dead', 'application/cluster/repairer.js', 'if (row.version >= version)', 'if (true)', 368),
  system('what others owe is left out', 'application/projector.js', 'before.version >= version)', 'true)', 147),
  system('a refusal may rest on an old row', 'application/commandHandler.js', "if (basis !== 'current' && !settled)", 'if (false)', 60),
  system(
    'the end of an earlier attempt ends the present one',
    `${job}/decideAttempt.js`,
    "execution?.phase === 'running' && execution.attempt === attempt",
    "execution?.phase === 'running'",
    426,
  ),
  system('attempts have no time-out', 'application/execution/deadlines.js', 'this.onPassed(item);', ';', 55),
  system(
    'attempts of the dead are left as they are',
    'application/dispatch/sweeper.js',
    "if (e.phase === 'running' && this.#isLost(e, seenBefore))",
    'if (false)',
    24,
  ),
  system(
    'life is judged by the wall clock',
    'adapters/mongo/cluster/beats.js',
    'const askedAt = clock.monotonic();',
    'const askedAt = clock.now();',
  ),
  system(
    'the fencing token does not grow',
    `${job}/decideDue.js`,
    'fencingToken: job.fencingToken + 1,',
    'fencingToken: job.fencingToken,',
  ),
  system('a paused job starts what waits', `${job}/status.js`, 'job.paused !== null && !execution.exempt', 'false'),
  system(
    'one attempt too many',
    `${job}/decideAttempt.js`,
    'failures < job.definition.maxAttempts',
    'failures <= job.definition.maxAttempts',
  ),
  system(
    'runs of one job overlap',
    `${job}/status.js`,
    "if (job.executions.some((e) => e.phase === 'running'))\n        return [];\n    const inRetry",
    'const inRetry',
  ),
  system(
    'runs begin two seconds early',
    `${job}/decideDue.js`,
    'startAt !== null && startAt <= now',
    'startAt !== null && startAt <= now + 2000',
  ),
  system(
    'the next run is counted from now',
    `${job}/decideDue.js`,
    'nextRunAt: following(job, scheduledFor, context, 1),',
    'nextRunAt: following(job, moment.now, context, 1),',
  ),
  system('the broker takes messages out of turn', 'adapters/memory/publisher.js', 'if (stream.lastSequence !== after)', 'if (false)'),
  system('lists show the jobs of others', 'adapters/memory/jobTable.js', 'if (index.organization !== organization)', 'if (false)'),
];
