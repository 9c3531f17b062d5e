import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { openOn } from '../opened.js';
import { importSuites } from './suites.js';

const directory = mkdtempSync(path.join(tmpdir(), 'application-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let made = 0;
openOn(() => ({ directory: path.join(directory, `${++made}`) }));
await importSuites();
