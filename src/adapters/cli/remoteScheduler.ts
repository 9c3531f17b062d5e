import { SchedulerError } from '../../domain/errors.js';
import type { CliScheduler, RemoteService } from './environment.js';

/** A service in place of a store. What works on the store itself is refused, and says so. */
export const remoteScheduler = (service: RemoteService): CliScheduler => {
  const refused = (): never => {
    throw new SchedulerError('NOT_AVAILABLE', 'this works on the store itself, and not through a service: leave --url out');
  };
  return {
    ...service,
    jobHandlers: { set: refused, bind: refused, get: () => undefined, keys: () => [], clear: refused },
    onBehalfOf: refused,
    previewSchedule: refused,
    measure: refused,
    publicationBacklog: refused,
    health: refused,
    start: async () => refused(),
    stop: async () => undefined,
    verify: async () => refused(),
    rebuild: async () => refused(),
    exportLog: refused,
    importLog: async () => refused(),
  };
};
