import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openService } from '../adapters/http/service.js';

const [, check = '[]'] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
const [program, ...argv]: readonly string[] = JSON.parse(check);

/** What it exits with, in the container of a service on this port. */
const healthAt = (port: string): Promise<number> =>
  new Promise((resolve) => {
    const { PATH } = process.env;
    execFile(process.execPath, argv, { env: { PATH, PORT: port } }, (error) => resolve(error === null ? 0 : Number(error.code)));
  });

describe('the health check of the image', () => {
  it('passes while the node takes work, and not before or after', async () => {
    expect(program).toBe('node');
    const { url, scheduler, close } = await openService({ start: false });
    const { port } = new URL(url);
    expect(await healthAt(port)).toBe(1);
    await scheduler.start();
    expect(await healthAt(port)).toBe(0);
    await close();
    expect(await healthAt(port)).toBe(1);
  });
});
