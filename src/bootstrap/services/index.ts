import { resolve } from 'node:path';
import type { Services } from '../../adapters/handlers/index.js';
import type { Clock } from '../../application/ports/clock.js';
import { SchedulerError } from '../../domain/errors.js';
import type { AnyOptions, PredefinedOptions } from '../options.js';
import { openMailer } from './mailer.js';
import { openOutbound } from './outbound.js';

export type ServiceSettings = PredefinedOptions & { readonly directory: string };

/** A service that is opened when it is first asked for; a failed opening is tried again by the next who asks. */
export type Opened<T> = { readonly value: T; close(): Promise<void> };

const settingsOf = ({ predefined, store }: AnyOptions): ServiceSettings => {
  const given = predefined === false ? undefined : predefined;
  const besideStore = typeof store === 'object' && 'directory' in store ? store.directory : './data';
  return { ...given, directory: resolve(given?.directory ?? besideStore) };
};

/** The services of predefined handlers, as options name them. Nothing is opened, or imported, before a handler asks for it. */
export const createServices = (optionsOf: () => AnyOptions, clock: Clock): { readonly services: Services; close(): Promise<void> } => {
  const closing: (() => Promise<void>)[] = [];
  const lazy = <T>(open: (settings: ServiceSettings) => Promise<Opened<T>>): (() => Promise<T>) => {
    let opening: Promise<T> | null = null;
    return () => {
      opening ??= open(settingsOf(optionsOf())).then(
        ({ value, close }) => {
          closing.push(async () => {
            opening = null;
            await close();
          });
          return value;
        },
        (error) => {
          opening = null;
          throw error;
        },
      );
      return opening;
    };
  };
  const notYet = (what: string) => (): Promise<never> =>
    Promise.reject(new SchedulerError('NOT_AVAILABLE', `${what} is not available in this version`));
  return {
    services: {
      clock,
      inventory: lazy(notYet('the inventory')),
      tables: lazy(notYet('cleaning tables')),
      artifacts: lazy(notYet('keeping files of executions')),
      mailer: lazy(openMailer),
      outbound: lazy(openOutbound),
      get roots() {
        const { roots, directory } = settingsOf(optionsOf());
        return (roots ?? [resolve(directory, 'files')]).map((root) => resolve(root));
      },
    },
    close: async () => {
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
};
