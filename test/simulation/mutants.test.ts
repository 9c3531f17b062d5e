import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { huntAll } from './hunt.js';
import { mutants } from './mutants.js';

const seeds = 300;

it('every planted fault is noticed', async () => {
  spawnSync('npx', ['tsc', '-p', 'tsconfig.proof.json', '--noCheck'], { stdio: 'inherit' });
  const hunted = await huntAll(path.resolve('build'), seeds);
  for (const { name, noticedBy, noticed } of hunted) console.log(`${name}: ${noticed ? `${noticedBy}, ${noticed}` : 'NOT NOTICED'}`);
  expect(hunted.filter(({ noticed }) => noticed === null).map(({ name }) => name)).toEqual([]);
  expect(mutants.length).toBeGreaterThanOrEqual(25);
}, 900_000);
