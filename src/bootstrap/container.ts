import 'reflect-metadata';
import { Container } from 'inversify';
import { CommandHandler } from '../application/commandHandler.js';
import { Dispatcher } from '../application/dispatch/dispatcher.js';
import { Sweeper } from '../application/dispatch/sweeper.js';
import { Eraser } from '../application/eraser.js';
import { EventStream } from '../application/eventStream.js';
import { Executor } from '../application/execution/executor.js';
import { Recorder } from '../application/execution/recorder.js';
import { Follower } from '../application/follower.js';
import { JobRows } from '../application/jobRows.js';
import { Projector } from '../application/projector.js';
import { Retention } from '../application/retention.js';
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
  value(c, T.calendar, parts.calendar);
  value(c, T.input, parts.input);
  value(c, T.runner, parts.runner);
  value(c, T.activity, parts.activity);
  value(c, T.handlers, parts.handlers);
  value(c, T.limits, parts.limits);
  value(c, T.listeners, parts.listeners);

  single(c, T.projector, [T.storage, T.background, T.log], ({ readModels }, background, log) => new Projector(readModels, background, log));
  single(
    c,
    T.rows,
    [T.storage, T.projector, T.clock],
    ({ store, readModels }, projector, clock) => new JobRows(store, readModels, projector, clock),
  );
  single(
    c,
    T.commands,
    [T.storage, T.rows, T.projector, T.calendar, T.clock, T.ids, T.activity, T.listeners],
    ({ store, membership }, rows, projector, calendar, clock, ids, activity, listeners) => {
      const commands = new CommandHandler({ store, rows, projector, membership, calendar, clock, ids, activity });
      commands.onCommitted(({ commit }) => listeners.announce(commit));
      return commands;
    },
  );
  single(c, T.eraser, [T.storage, T.projector], ({ store, readModels }, projector) => new Eraser(store, readModels, projector));
  single(
    c,
    T.follower,
    [T.storage, T.rows, T.projector, T.eraser],
    ({ feed, readModels }, rows, projector, eraser) => new Follower(feed, readModels, rows, projector, eraser),
  );
  single(
    c,
    T.retention,
    [T.commands, T.storage, T.projector, T.clock, T.activity, T.log],
    (commands, { store, readModels }, projector, clock, activity, log) =>
      new Retention({ commands, store, readModels, projector, clock, activity, log }),
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
    [T.commands, T.handlers, T.runner, T.recorder, T.clock, T.background, T.activity, T.log],
    (commands, handlers, runner, recorder, clock, background, activity, log) =>
      new Executor({ commands, handlers, runner, recorder, clock, background, activity, log }),
  );
  single(
    c,
    T.dispatcher,
    [T.commands, T.rows, T.executor, T.handlers, T.storage, T.projector, T.clock, T.background, T.ids, T.activity, T.limits, T.log],
    (commands, rows, executor, handlers, { readModels, membership }, projector, clock, background, ids, activity, limits, log) =>
      new Dispatcher({
        commands,
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
    [T.commands, T.rows, T.storage, T.projector, T.handlers, T.dispatcher, T.clock, T.background, T.ids, T.log],
    (commands, rows, { readModels, membership }, projector, handlers, dispatcher, clock, background, ids, log) => {
      const watchedSince = () => dispatcher.watchedSince;
      return new Sweeper({ commands, rows, readModels, projector, handlers, membership, clock, background, ids, log, watchedSince });
    },
  );
  single(c, T.waiters, [T.commands], (commands) => new Waiters(commands));
  single(c, T.eventStream, [T.storage, T.commands], ({ feed }, commands) => new EventStream(feed, commands));
  return c;
};
