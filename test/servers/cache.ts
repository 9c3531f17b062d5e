import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const versions = JSON.parse(readFileSync(new URL('./versions.json', import.meta.url), 'utf8')) as Readonly<Record<string, string>>;
const cache = process.env.NEXUS_SCHEDULER_CACHE ?? join(homedir(), '.cache', 'nexus-scheduler');

export type Cached = { readonly directory: string } | { readonly missing: string };

/** Where `npm run servers` put a server of versions.json, or why it is not there. */
export const cachedServer = (name: string): Cached => {
  const directory = join(cache, `${name}-${versions[name]}`);
  if (existsSync(directory)) return { directory };
  const excuse = `${directory}.missing`;
  return { missing: existsSync(excuse) ? readFileSync(excuse, 'utf8') : `${name} has not been fetched: npm run servers` };
};
