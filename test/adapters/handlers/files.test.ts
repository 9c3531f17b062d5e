import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filePath, openDirectory, openFile } from '../../../src/adapters/handlers/files/index.js';
import { NonRetryableError } from '../../../src/application/api/handlerErrors.js';

let base: string;
let root: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'roots-')));
  root = path.join(base, 'root');
  mkdirSync(path.join(root, 'in'), { recursive: true });
  mkdirSync(path.join(base, 'outside'));
  writeFileSync(path.join(root, 'in', 'stock.csv'), 'inside');
  writeFileSync(path.join(base, 'outside', 'stock.csv'), 'secret');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const read = async (given: string, roots: readonly string[] = [root]): Promise<string> => {
  const file = await openFile(roots, given);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
};

describe('a path below a root', () => {
  it('is relative to the first root, or absolute below any', async () => {
    expect(await read('in/stock.csv')).toBe('inside');
    expect(await read(path.join(root, 'in', 'stock.csv'), [path.join(base, 'outside'), root])).toBe('inside');
    expect(await read('stock.csv', [path.join(base, 'outside'), root])).toBe('secret');
  });

  it('may lead through a root that is a link, for that is configuration', async () => {
    symlinkSync(root, path.join(base, 'link'));
    expect(await read('in/stock.csv', [path.join(base, 'link')])).toBe('inside');
  });

  it('that is not there may be there later', async () => {
    await expect(read('in/later.csv')).rejects.toThrow(/there is no .*later\.csv/);
    await expect(read('in/later.csv')).rejects.not.toBeInstanceOf(NonRetryableError);
  });

  it('is made with all its directories, for this user only', async () => {
    const directory = await openDirectory([path.join(base, 'new', 'root')], 'a/b', 'make');
    const file = await directory.create('made');
    await file.close();
    expect((await directory.stat('made'))?.mode).toBe(0o100600);
    await expect(directory.create('made')).rejects.toThrow(/is there already/);
    await directory.close();
    expect(existsSync(path.join(base, 'new', 'root', 'a', 'b', 'made'))).toBe(true);
  });
});

it('a root that is not there says what to do', async () => {
  await expect(read('in/stock.csv', [path.join(base, 'nowhere')])).rejects.toThrow(
    /nowhere.*cannot be opened: create it, or set SCHEDULER_FILE_ROOTS/,
  );
});

const hostile = [
  '../outside/stock.csv',
  'in/../../outside/stock.csv',
  'in/..',
  '..',
  './in/stock.csv',
  'in//stock.csv',
  'in/',
  '/etc/passwd',
  '/',
  '//etc/passwd',
  '%2e%2e/outside/stock.csv',
  'in/%2E%2e%2foutside',
  '..\\outside\\stock.csv',
  'C:\\Windows',
  'in/stock.csv\0.png',
  'in/stock\ncsv',
  '-rf',
  'in/--help',
  '',
  `${'a/'.repeat(40)}a`,
  'a'.repeat(300),
  'é'.repeat(200),
];

describe('a path', () => {
  it.each(hostile)('is refused: %j', async (given) => {
    await expect(read(given)).rejects.toThrow(NonRetryableError);
  });

  it.each(hostile.filter((given) => !given.startsWith('/') || given.startsWith('//')))(
    'is refused when a job is scheduled: %j',
    (given) => {
      expect(filePath.safeParse(given).success).toBe(false);
    },
  );

  it('beside a root whose name begins alike is refused', async () => {
    mkdirSync(`${root}-other`);
    writeFileSync(path.join(`${root}-other`, 'x'), 'secret');
    await expect(read(path.join(`${root}-other`, 'x'))).rejects.toThrow(NonRetryableError);
  });

  it('is refused where no root is configured, or where it is the whole file system', async () => {
    await expect(read('etc/passwd', [])).rejects.toThrow(/SCHEDULER_FILE_ROOTS/);
    await expect(read('etc/passwd', ['/'])).rejects.toThrow(/whole file system/);
    symlinkSync('/', path.join(base, 'slash'));
    await expect(read('etc/passwd', [path.join(base, 'slash')])).rejects.toThrow(/whole file system/);
  });
});

describe('what is no regular file', () => {
  it('is refused: a link to a file, a link to a directory, a pipe, a device, a directory', async () => {
    symlinkSync(path.join(base, 'outside', 'stock.csv'), path.join(root, 'link.csv'));
    symlinkSync(path.join(base, 'outside'), path.join(root, 'linked'));
    symlinkSync('in', path.join(root, 'beside'));
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    for (const given of ['link.csv', 'linked/stock.csv', 'beside/stock.csv', 'pipe', 'in'])
      await expect(read(given), given).rejects.toThrow(NonRetryableError);
    await expect(read('null', ['/dev'])).rejects.toThrow(/no regular file/);
  });
});

describe('a directory that is swapped for a link', () => {
  it('after it was opened changes nothing: work goes on in the directory that was checked', async () => {
    const directory = await openDirectory([root], 'in');
    renameSync(path.join(root, 'in'), path.join(root, 'moved'));
    symlinkSync(path.join(base, 'outside'), path.join(root, 'in'));
    const file = await directory.read('stock.csv');
    expect(await file.readFile('utf8')).toBe('inside');
    await file.close();
    await (await directory.create('written')).close();
    expect(await directory.remove('stock.csv')).toBe(true);
    const names: string[] = [];
    for await (const { name } of directory.entries()) names.push(name);
    await directory.close();
    expect(names).toEqual(['written']);
    expect(readdirSync(path.join(base, 'outside'))).toEqual(['stock.csv']);
    expect(readFileSync(path.join(base, 'outside', 'stock.csv'), 'utf8')).toBe('secret');
  });

  it('while it is being opened never leads outside', async () => {
    const [place, aside, link] = [path.join(root, 'in'), path.join(root, 'aside'), path.join(root, 'link')];
    symlinkSync(path.join(base, 'outside'), link);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const reading = read('in/stock.csv').catch(() => 'refused');
      renameSync(place, aside);
      renameSync(link, place);
      seen.add(await reading);
      const again = read('in/stock.csv').catch(() => 'refused');
      renameSync(place, link);
      renameSync(aside, place);
      seen.add(await again);
    }
    expect(seen).not.toContain('secret');
  });
});
