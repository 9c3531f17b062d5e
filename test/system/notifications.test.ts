import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { openMailbox } from '../servers/mailbox.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const newDirectory = (): string => {
  const directory = mkdtempSync(path.join(tmpdir(), 'notifications-'));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

/** An application with the ready-made scheduler, and the first line it prints. */
const service = async (
  what: 'fail' | 'start',
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly child: ChildProcess; readonly line: string }> => {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ['test/fixtures/failingService.mjs', what], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH, LOG_LEVEL: 'silent', ...environment },
  });
  closing.push(() => child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('its output is not piped');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, line: String(line) };
};

const stopped = async ({ child }: { readonly child: ChildProcess }): Promise<void> => {
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
};

describe('a service with nothing but its environment', () => {
  it('tells NOTIFY_EMAIL of a failure', async () => {
    const { url, received, has } = await mailbox();
    const environment = { DATA_DIR: newDirectory(), SMTP_URL: url, NOTIFY_EMAIL: 'ops@example.com, ada@example.com' };
    const running = await service('fail', environment);
    await has(2);
    await stopped(running);
    expect(received.map(({ recipients }) => recipients[0]).sort()).toEqual(['ada@example.com', 'ops@example.com']);
    expect(received[0]?.mail.subject).toBe('[nexus-scheduler] job daily-report failed (1 of 1 attempts): no paper');
    expect(received[0]?.mail.text).toContain(running.line.slice('failed '.length));
  });

  it('tells NOTIFY_WEBHOOK of it, where the host may be reached', async () => {
    const bodies: string[] = [];
    const { promise, arrived } = (() => {
      let resolve: () => void = () => undefined;
      return { promise: new Promise<void>((yes) => (resolve = yes)), arrived: () => resolve() };
    })();
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      bodies.push(body);
      response.end();
      arrived();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const running = await service('fail', {
      DATA_DIR: newDirectory(),
      NOTIFY_WEBHOOK: `http://127.0.0.1:${port}/hook`,
      SCHEDULER_OUTBOUND_HOSTS: `127.0.0.1:${port}`,
    });
    await promise;
    await stopped(running);
    expect(bodies.map((body) => JSON.parse(body).summary)).toEqual([
      '[nexus-scheduler] job daily-report failed (1 of 1 attempts): no paper',
    ]);
  });

  it('says nothing where nobody is named', async () => {
    const box = await mailbox();
    await stopped(await service('fail', { DATA_DIR: newDirectory(), SMTP_URL: box.url }));
    expect(box.connections).toBe(0);
  });
});

describe('a service that is killed between a failure and its message', () => {
  it('sends it after the restart', async () => {
    const away = await openMailbox();
    await away.close();
    const environment = { DATA_DIR: newDirectory(), SMTP_URL: away.url, NOTIFY_EMAIL: 'ops@example.com' };
    const { child } = await service('fail', environment);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const box = await mailbox({ port: away.port });
    const again = await service('start', environment);
    await box.has(1);
    await stopped(again);
    await stopped(await service('start', environment));
    expect(box.received.map(({ mail }) => mail.subject)).toEqual(['[nexus-scheduler] job daily-report failed (1 of 1 attempts): no paper']);
  });

  it('sends it again under the same Message-ID, where the mail server had it and nobody wrote that down', async () => {
    const taken: (string | undefined)[] = [];
    let onTaken: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      onTaken = resolve;
    });
    // The first mail is taken, and its acknowledgement comes too late.
    const box = await mailbox({
      onMail: ({ mail }) => {
        taken.push(mail.messageId);
        onTaken();
        return null;
      },
      answerAfter: () => (taken.length === 1 ? new Promise(() => undefined) : Promise.resolve()),
    });
    const environment = { DATA_DIR: newDirectory(), SMTP_URL: box.url, NOTIFY_EMAIL: 'ops@example.com' };
    const { child } = await service('fail', environment);
    await first;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const again = await service('start', environment);
    await box.has(2);
    await stopped(again);
    expect(taken).toHaveLength(2);
    expect(new Set(taken).size).toBe(1);
  });
});
