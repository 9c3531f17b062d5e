import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cachedServer } from './cache.js';

/** The browser that tests of the console run in, or why there is none. */
export const chromium = (): { readonly executable: string } | { readonly missing: string } => {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined)
    return existsSync(CHROMIUM) ? { executable: CHROMIUM } : { missing: `CHROMIUM names ${CHROMIUM}, which is not there` };
  const cached = cachedServer('chromium');
  if ('missing' in cached) return cached;
  const executable = join(cached.directory, 'chromium');
  return existsSync(executable)
    ? { executable }
    : { missing: `${executable} leads nowhere any more: remove ${cached.directory}, then npm run servers` };
};
