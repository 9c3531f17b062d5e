import { resolve } from 'node:path';
import type { Services } from '../../adapters/handlers/index.js';
import type { Clock } from '../../application/ports/clock.js';
import type { JobMemory } from '../../application/ports/jobMemory.js';
import type { OwnRecords } from '../../application/ports/ownRecords.js';
import type { AnyOptions, PredefinedOptions } from '../options.js';
import { openLimitedArtifacts } from './artifacts.js';
import { backupKey } from './backupKey.js';
import { inventoryExists, lazyForgetting, openInventory } from './inventory.js';
import { openMailer } from './mailer.js';
import { openOutbound } from './outbound.js';

export type ServiceSettings = Omit<PredefinedOptions, 'directory'> & {
  readonly store: AnyOptions['store'];
  readonly organization: string;
  /** Where files are kept; null where everything stays in memory, since the store does and nobody has named one. */
  readonly directory: string | null;
};

/** A service that is opened when it is first asked for; a failed opening is tried again by the next who asks. */
export type Opened<T> = { readonly value: T; close(): Promise<void> };

const settingsOf = ({ predefined, store, organization = 'default' }: AnyOptions): ServiceSettings => {
  const given = predefined === false ? undefined : predefined;
  const named = given?.directory ?? (typeof store === 'object' && 'directory' in store ? store.directory : undefined);
  const directory = named ?? (store === 'memory' ? null : './data');
  return { ...given, store, directory: directory === null ? null : resolve(directory), organization };
};

const filesOf = ({ directory, roots, fonts = [] }: ServiceSettings): Services['files'] => ({
  own: directory,
  roots: (roots ?? (directory === null ? [] : [resolve(directory, 'files')])).map((root) => resolve(root)),
  fonts: fonts.map((file) => resolve(file)),
});

type Created = {
  readonly services: Services;
  /** For deletions, of jobs of whatever type. */
  readonly forgetting: Pick<JobMemory, 'forget'>;
  close(): Promise<void>;
};

/** The services of predefined handlers, as options name them. Nothing is opened, or imported, before a handler asks for it. */
export const createServices = (optionsOf: () => AnyOptions, clock: Clock, records: () => Promise<OwnRecords>): Created => {
  const settings = (): ServiceSettings => settingsOf(optionsOf());
  const closing: (() => Promise<void>)[] = [];
  const lazy = <T>(open: (settings: ServiceSettings) => Promise<Opened<T>>) => {
    let opening: Promise<T> | null = null;
    const opened = (): Promise<T> => {
      opening ??= open(settings()).then(
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
    opened.inUse = (): Promise<T> | null => opening;
    return opened;
  };
  const stock = lazy(openInventory);
  const memory = async () => (await stock()).memory;
  return {
    services: {
      clock,
      inventory: async () => (await stock()).inventory,
      tables: async () => (await stock()).tables,
      memory,
      artifacts: lazy((given) => openLimitedArtifacts(given, clock)),
      mailer: lazy(openMailer),
      outbound: lazy(openOutbound),
      records,
      secrets: {
        ofHost: (name) => {
          const { secrets = {} } = settings();
          return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
        },
        backupKey,
      },
      get files() {
        return filesOf(settings());
      },
      get defaultOrganization() {
        return settings().organization;
      },
    },
    forgetting: lazyForgetting(() => (stock.inUse() || inventoryExists(settings()) ? memory() : null)),
    close: async () => {
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
};
