import type { AskedServer, Judgement } from '../adapters/cli/environment.js';
import { skewFinding } from '../adapters/cli/format/skew.js';
import { systemClock } from '../adapters/system/systemClock.js';
import type { Config } from './config.js';
import { databaseOf, mongoStoreOf } from './mongoStore.js';

type Named = Pick<Config, 'MONGODB_URI' | 'MONGODB_DB' | 'SCHEDULER_LEASE_SECONDS' | 'NATS_URL' | 'SMTP_URL' | 'SCHEDULER_MAIL_FROM'>;

/** The servers that the environment names. What speaks to each of them is loaded when it is asked. */
export const serversOf = (config: Named): readonly AskedServer[] => [
  ...asked('MongoDB', mongoStoreOf(config), async (store) => {
    const { askMongo } = await import('../adapters/mongo/index.js');
    const { server, skewMs } = await askMongo({ uri: store.mongodb, database: databaseOf(store), clock: systemClock });
    if (skewMs === null) return good(`${server} answers, and does not tell its clock`);
    const { state, detail } = skewFinding(skewMs);
    return { state, detail: `${server} answers, its clock is ${detail}` };
  }),
  ...asked('NATS', config.NATS_URL, async (url) => {
    const { askNats } = await import('../adapters/nats/index.js');
    const { server, version } = await askNats(url);
    return good(`${version} at ${server}, and JetStream answers`);
  }),
  ...asked('mail', config.SMTP_URL, async (url) => {
    const { askMailServer } = await import('../adapters/mail/index.js');
    const { SCHEDULER_MAIL_FROM: from } = config;
    const { server, withLogin } = await askMailServer({ url, ...(from !== undefined && { from }) });
    return good(`${server} answers${withLogin ? ', and takes the login' : ''}`);
  }),
];

const asked = <T>(what: string, place: T | undefined, ask: (place: T) => Promise<Judgement>): readonly AskedServer[] =>
  place === undefined ? [] : [{ what, ask: () => ask(place).catch(bad) }];

const good = (detail: string): Judgement => ({ state: 'good', detail });
const bad = (error: unknown): Judgement => ({ state: 'bad', detail: error instanceof Error ? error.message : String(error) });
