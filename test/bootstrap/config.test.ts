import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/bootstrap/config.js';
import { createScheduler } from '../../src/bootstrap/index.js';
import { SchedulerError } from '../../src/domain/errors.js';

const issuesOf = (call: () => unknown): readonly string[] => {
  try {
    call();
  } catch (error) {
    if (error instanceof SchedulerError) return (error.issues ?? []).map((issue) => issue.path);
    throw error;
  }
  return [];
};

describe('the environment', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({ DATA_DIR: './data', HOST: '127.0.0.1', PORT: 7070, SCHEDULER_CONCURRENCY: 50 });
  });

  it('leaves what is not ours alone', () => {
    expect(issuesOf(() => readConfig({ PATH: '/bin', HOME_FILE: 'x', NODE_ENV: 'test' }))).toEqual([]);
  });

  it('names every variable that is wrong, at once', () => {
    const environment = {
      SCHEDULER_CONCURENCY: '5',
      SCHEDULER_CONCURRENCY: 'many',
      PORT: '0',
      LOG_LEVEL: 'loud',
      DATA_DIR_FILE: '/nowhere',
    };
    expect([...issuesOf(() => readConfig(environment))].sort()).toEqual([
      'DATA_DIR_FILE',
      'LOG_LEVEL',
      'PORT',
      'SCHEDULER_CONCURENCY',
      'SCHEDULER_CONCURRENCY',
    ]);
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'config-'));
    const file = path.join(directory, 'secret');
    writeFileSync(file, 'smtp://user:secret@example.com\n');
    expect(readConfig({ SMTP_URL_FILE: file }).SMTP_URL).toBe('smtp://user:secret@example.com');
    rmSync(directory, { recursive: true });
  });
});

describe('options', () => {
  it('are checked before anything is opened, all at once', () => {
    const wrong = { concurrency: 0, autoStart: 'yes', store: 'disk', colour: 'red', limits: { jobTypes: { mail: 0 } } };
    expect([...issuesOf(() => createScheduler(wrong as never))].sort()).toEqual([
      'autoStart',
      'colour',
      'concurrency',
      'limits.jobTypes.mail',
      'store',
    ]);
  });
});
