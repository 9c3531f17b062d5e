import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Mutant, mutants } from './mutants.js';

// Plants every fault of the list into a copy of the build, and lets worlds run until one breaks a rule.

export type Hunted = Mutant & { readonly noticed: string | null };

/** `build` holds the compiled sources and simulations. Resolves with what broke first; null where nothing did. */
const hunt = async (mutant: Mutant, build: string, seeds: number): Promise<string | null> => {
  const copy = path.join(path.dirname(build), `build-mutant-${mutants.indexOf(mutant)}`);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  cpSync(build, copy, { recursive: true });
  try {
    const file = path.join(copy, 'src', mutant.file);
    const text = readFileSync(file, 'utf8');
    if (text.split(mutant.line).length !== 2)
      throw new Error(`"${mutant.name}" cannot be planted: the line is not there once in ${mutant.file}`);
    writeFileSync(
      file,
      text.replace(mutant.line, () => mutant.instead),
    );
    const world = { store: ['--store'], system: [], crashes: ['--crashes'] }[mutant.noticedBy];
    const output = await run([
      path.join(copy, 'test/simulation/cli.js'),
      ...world,
      '--from',
      String(mutant.from),
      '--seeds',
      String(seeds),
      '--first',
    ]);
    return /^(seed \d+|[^{].* of call \d+.*): .*$/m.exec(output)?.[0] ?? null;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const run = (given: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const more = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', more);
    child.stderr.on('data', more);
    child.once('close', () => resolve(output));
  });

/** All of them, a few at a time. */
export const huntAll = async (
  build: string,
  seeds: number,
  atOnce = 2,
  onHunted: (hunted: Hunted) => void = () => undefined,
): Promise<readonly Hunted[]> => {
  const hunted: Hunted[] = [];
  const left = [...mutants];
  const work = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      const one = { ...mutant, noticed: await hunt(mutant, build, seeds) };
      onHunted(one);
      hunted.push(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return hunted;
};
