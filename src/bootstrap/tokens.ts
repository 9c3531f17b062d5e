import type { Activity } from '../application/activity.js';
import type { Repairer } from '../application/cluster/repairer.js';
import type { Tail } from '../application/cluster/tail.js';
import type { CommandHandler } from '../application/commandHandler.js';
import type { Commits } from '../application/commits.js';
import type { Dispatcher } from '../application/dispatch/dispatcher.js';
import type { Limits } from '../application/dispatch/limits.js';
import type { Sweeper } from '../application/dispatch/sweeper.js';
import type { Eraser } from '../application/eraser.js';
import type { EventStream } from '../application/eventStream.js';
import type { Executor } from '../application/execution/executor.js';
import type { Recorder } from '../application/execution/recorder.js';
import type { Follower } from '../application/follower.js';
import type { JobHandlers } from '../application/handlers.js';
import type { HealthCheck } from '../application/health.js';
import type { JobRows } from '../application/jobRows.js';
import type { Listeners } from '../application/listeners.js';
import type { ArtifactStore } from '../application/ports/artifacts.js';
import type { Background, Clock } from '../application/ports/clock.js';
import type { Ids } from '../application/ports/ids.js';
import type { JobInputParser } from '../application/ports/jobInput.js';
import type { JobMemory } from '../application/ports/jobMemory.js';
import type { Logger } from '../application/ports/logger.js';
import type { Runner } from '../application/ports/runner.js';
import type { Storage } from '../application/ports/storage.js';
import type { Projector } from '../application/projector.js';
import type { Admissions } from '../application/quota/admission.js';
import type { JobCounts } from '../application/quota/jobCounts.js';
import type { Quotas } from '../application/quota/quotas.js';
import type { Retention } from '../application/retention.js';
import type { Notifications } from '../application/subscribers/notifications/notifications.js';
import type { Relay } from '../application/subscribers/relay.js';
import type { Waiters } from '../application/waiters.js';
import type { Calendar } from '../domain/schedule/calendar.js';
import { token } from './bind.js';

/** Everything that is wired together: ports first, then what the application makes of them. */
export const T = {
  clock: token<Clock>('Clock'),
  background: token<Background>('Background'),
  ids: token<Ids>('Ids'),
  log: token<Logger>('Logger'),
  storage: token<Storage>('Storage'),
  artifacts: token<ArtifactStore>('ArtifactStore'),
  memory: token<Pick<JobMemory, 'forget'>>('JobMemory'),
  calendar: token<Calendar>('Calendar'),
  input: token<JobInputParser>('JobInputParser'),
  runner: token<Runner>('Runner'),

  activity: token<Activity>('Activity'),
  handlers: token<JobHandlers>('JobHandlers'),
  limits: token<Limits>('Limits'),
  quotas: token<Quotas>('Quotas'),
  listeners: token<Listeners>('Listeners'),
  commits: token<Commits>('Commits'),
  projector: token<Projector>('Projector'),
  rows: token<JobRows>('JobRows'),
  commands: token<CommandHandler>('CommandHandler'),
  eraser: token<Eraser>('Eraser'),
  follower: token<Follower>('Follower'),
  jobCounts: token<JobCounts>('JobCounts'),
  admissions: token<Admissions>('Admissions'),
  retention: token<Retention>('Retention'),
  recorder: token<Recorder>('Recorder'),
  executor: token<Executor>('Executor'),
  dispatcher: token<Dispatcher>('Dispatcher'),
  sweeper: token<Sweeper>('Sweeper'),
  tail: token<Tail>('Tail'),
  repairer: token<Repairer>('Repairer'),
  relay: token<Relay>('Relay'),
  notifications: token<Notifications>('Notifications'),
  waiters: token<Waiters>('Waiters'),
  eventStream: token<EventStream>('EventStream'),
  health: token<HealthCheck>('HealthCheck'),
} as const;
