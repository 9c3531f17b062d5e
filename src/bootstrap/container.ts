import 'reflect-metadata';
import { Container } from 'inversify';
import { Repairer } from '../application/cluster/repairer.js';
import { Tail } from '../application/cluster/tail.js';
import { CommandHandler } from '../application/commandHandler.js';
import { Commits } from '../application/commits.js';
import { Dispatcher } from '../application/dispatch/dispatcher.js';
import { Sweeper } from '../application/dispatch/sweeper.js';
import { Eraser } from '../application/eraser.js';
import { EventStream } from '../application/eventStream.js';
import { Executor } from '../application/execution/executor.js';
import { Recorder } from '../application/execution/recorder.js';
import { Follower } from '../application/follower.js';
import { HealthCheck } from '../application/health.js';
import { JobRows } from '../application/jobRows.js';
import { Projector } from '../application/projector.js';
import { Admissions } from '../application/quota/admission.js';
import { JobCounts } from '../application/quota/jobCounts.js';
import { Retention } from '../application/retention.js';
import { Notifications } from '../application/subscribers/notifications/notifications.js';
import { Relay } from '../application/subscribers/relay.js';
import { Waiters } from '../application/waiters.js';
import { single, value } from './bind.js';
import type { Parts } from './parts.js';
import { T } from './tokens.js';

/** Wires the application to the ports it was given. Who is told of a commit first is the order in which these are made. */
export const createContainer = (parts: Parts): Container => {
  const c = new Container({ defaultScope: 'Singleton' });
  value(c, T.clock, parts.clock);
  value(c, T.background, parts.background);
  value(c, T.ids, parts.ids);
  value(c, T.log, parts.log);
  value(c, T.storage, parts.storage);
  value(c, T.artifacts, parts.artifacts);
  value(c, T.memory, parts.memory);
  value(c, T.calendar, parts.calendar);
  value(c, T.input, parts.input);
  value(c, T.runner, parts.runner);
  value(c, T.activity, parts.activity);
  value(c, T.handlers, parts.handlers);
  value(c, T.limits, parts.limits);
  value(c, T.quotas, parts.quotas);
  value(c, T.listeners, parts.listeners);

  single(c, T.commits, [T.listeners, T.quotas], (listeners, { chain }) => {
    const commits = new Commits();
    // What a listener asks for is nobody's, in whose run ever it is called.
    if (chain) commits.on(({ commit }) => chain.lineage.outside(() => listeners.announce(commit)));
    else commits.on(({ commit }) => listeners.announce(commit));
    return commits;
  });
  single(
    c,
    T.projector,
    [T.storage, T.background, T.log],
    ({ store, readModels, membership }, background, log) => new Projector(readModels, background, log, membership.exclusive ? null : store),
  );
  single(
    c,
    T.rows,
    [T.storage, T.projector, T.clock],
    ({ store, readModels, membership }, projector, clock) => new JobRows(store, readModels, projector, clock, membership),
  );
  single(
    c,
    T.commands,
    [T.storage, T.rows, T.projector, T.commits, T.calendar, T.clock, T.background, T.ids, T.activity],
    ({ store, membership }, rows, projector, commits, calendar, clock, background, ids, activity) =>
      new CommandHandler({ store, rows, projector, commits, membership, calendar, clock, background, ids, activity }),
  );
  single(
    c,
    T.eraser,
    [T.storage, T.projector, T.commits, T.artifacts, T.memory, T.background, T.log],
    ({ store, readModels, membership }, projector, commits, artifacts, memory, background, log) =>
      new Eraser({ store, readModels, membership, projector, commits, artifacts, memory, background, log }),
  );
  single(
    c,
    T.follower,
    [T.storage, T.rows, T.projector, T.eraser],
    ({ store, feed, readModels }, rows, projector, eraser) => new Follower(store, feed, readModels, rows, projector, eraser),
  );
  single(
    c,
    T.jobCounts,
    [T.commits, T.storage, T.projector, T.clock],
    (commits, { readModels, membership }, projector, clock) => new JobCounts({ commits, readModels, projector, membership, clock }),
  );
  single(c, T.admissions, [T.quotas, T.jobCounts], (quotas, counts) => new Admissions(quotas, counts));
  single(
    c,
    T.retention,
    [T.commands, T.commits, T.storage, T.projector, T.artifacts, T.clock, T.activity, T.log],
    (commands, commits, { store, readModels }, projector, artifacts, clock, activity, log) =>
      new Retention({ commands, commits, store, readModels, projector, artifacts, clock, activity, log }),
  );
  single(
    c,
    T.recorder,
    [T.storage, T.clock, T.background, T.activity, T.log],
    ({ runRecords }, clock, background, activity, log) => new Recorder(runRecords, clock, background, activity, log),
  );
  single(
    c,
    T.executor,
    [T.commands, T.commits, T.storage, T.handlers, T.runner, T.recorder, T.artifacts, T.clock, T.background, T.activity, T.log, T.quotas],
    (commands, commits, { membership }, handlers, runner, recorder, artifacts, clock, background, activity, log, { chain }) => {
      const lineage = chain?.lineage ?? null;
      return new Executor({
        commands,
        commits,
        membership,
        handlers,
        runner,
        recorder,
        artifacts,
        clock,
        background,
        activity,
        log,
        lineage,
      });
    },
  );
  single(
    c,
    T.dispatcher,
    [
      T.commands,
      T.commits,
      T.rows,
      T.executor,
      T.handlers,
      T.storage,
      T.projector,
      T.clock,
      T.background,
      T.ids,
      T.activity,
      T.limits,
      T.log,
    ],
    (commands, commits, rows, executor, handlers, { readModels, membership }, projector, clock, background, ids, activity, limits, log) =>
      new Dispatcher({
        commands,
        commits,
        rows,
        executor,
        handlers,
        readModels,
        projector,
        membership,
        clock,
        background,
        ids,
        activity,
        limits,
        log,
      }),
  );
  single(
    c,
    T.sweeper,
    [T.commands, T.commits, T.rows, T.executor, T.storage, T.projector, T.handlers, T.dispatcher, T.clock, T.background, T.ids, T.log],
    (commands, commits, rows, executor, { readModels, membership }, projector, handlers, dispatcher, clock, background, ids, log) => {
      const watchedSince = () => dispatcher.watchedSince;
      return new Sweeper({
        commands,
        commits,
        rows,
        executor,
        readModels,
        projector,
        handlers,
        membership,
        clock,
        background,
        ids,
        log,
        watchedSince,
      });
    },
  );
  single(c, T.waiters, [T.commits], (commits) => new Waiters(commits));
  single(c, T.eventStream, [T.storage, T.commits], ({ feed }, commits) => new EventStream(feed, commits));
  single(
    c,
    T.tail,
    [T.storage, T.rows, T.commands, T.commits, T.waiters, T.background, T.log],
    ({ feed }, rows, commands, commits, waiters, background, log) => new Tail({ feed, rows, commands, commits, waiters, background, log }),
  );
  single(
    c,
    T.repairer,
    [T.storage, T.rows, T.projector, T.eraser, T.background, T.log],
    ({ feed, readModels, leases }, rows, projector, eraser, background, log) =>
      new Repairer({ feed, readModels, rows, projector, eraser, leases, background, log }),
  );
  single(
    c,
    T.health,
    [T.storage, T.executor, T.dispatcher, T.limits, T.background],
    ({ feed, membership }, executor, dispatcher, limits, background) =>
      new HealthCheck({ feed, membership, executor, dispatcher, limits, background }),
  );
  const { broker } = parts;
  if (broker)
    single(
      c,
      T.relay,
      [T.storage, T.background, T.log],
      ({ feed, leases, cursors }, background, log) => new Relay({ feed, publisher: broker.publisher, leases, cursors, background, log }),
    );
  const { notifications } = parts;
  if (notifications)
    single(
      c,
      T.notifications,
      [T.storage, T.rows, T.commits, T.handlers, T.clock, T.background, T.log],
      (storage, rows, commits, handlers, clock, background, log) =>
        new Notifications({ storage, rows, commits, handlers, clock, background, log, ...notifications }),
    );
  return c;
};
