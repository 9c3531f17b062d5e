import { resolve } from 'node:path';
import type { Services } from '../../adapters/handlers/index.js';
import type { Clock } from '../../application/ports/clock.js';
import type { OwnRecords } from '../../application/ports/ownRecords.js';
import type { AnyOptions, PredefinedOptions } from '../options.js';
import { openArtifacts } from './artifacts.js';
import { backupKey } from './backupKey.js';
import { openInventory } from './inventory.js';
import { openMailer } from './mailer.js';
import { openOutbound } from './outbound.js';

export type ServiceSettings = PredefinedOptions & {
  readonly organization: string;
  readonly directory: string;
  /** False where nobody has named one, not even for the store. */
  readonly directoryNamed: boolean;
};

/** A service that is opened when it is first asked for; a failed opening is tried again by the next who asks. */
export type Opened<T> = { readonly value: T; close(): Promise<void> };

const settingsOf = ({ predefined, store, organization = 'default' }: AnyOptions): ServiceSettings => {
  const given = predefined === false ? undefined : predefined;
  const named = given?.directory ?? (typeof store === 'object' && 'directory' in store ? store.directory : undefined);
  return { ...given, directory: resolve(named ?? './data'), directoryNamed: named !== undefined, organization };
};

/** The services of predefined handlers, as options name them. Nothing is opened, or imported, before a handler asks for it. */
export const createServices = (
  optionsOf: () => AnyOptions,
  clock: Clock,
  records: () => Promise<OwnRecords>,
): { readonly services: Services; close(): Promise<void> } => {
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
  const stock = lazy(openInventory);
  return {
    services: {
      clock,
      inventory: async () => (await stock()).inventory,
      tables: async () => (await stock()).tables,
      memory: async () => (await stock()).memory,
      artifacts: lazy((settings) => openArtifacts(optionsOf().store, settings, clock)),
      mailer: lazy(openMailer),
      outbound: lazy(openOutbound),
      secret: (name) => {
        const { secrets = {} } = settingsOf(optionsOf());
        return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
      },
      records,
      backupKey,
      get dataDirectory() {
        return settingsOf(optionsOf()).directory;
      },
      get ownOrganization() {
        return settingsOf(optionsOf()).organization;
      },
      get fonts() {
        return (settingsOf(optionsOf()).fonts ?? []).map((file) => resolve(file));
      },
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
