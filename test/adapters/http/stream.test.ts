import { connect as connectTo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EventStreams } from '../../../src/adapters/http/eventStreams.js';
import type { PublishedEvent } from '../../../src/bootstrap/index.js';
import { hourly } from '../../application/opened.js';
import { keyOf, openService, type Service } from './service.js';

const report = { jobType: 'pdf', schedule: hourly };

type Frame = { readonly id: string; readonly event: PublishedEvent };

/** Reads a stream of events, one after the other. */
const follow = async ({ url }: Service, query = '', headers: { readonly [name: string]: string } = {}) => {
  const ended = new AbortController();
  const response = await fetch(`${url}/api/v1/events${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: ended.signal,
  });
  const frames = framesOf(response);
  return {
    response,
    next: async (): Promise<Frame> => (await frames.next()).value as Frame,
    /** Resolves when the service ends it. */
    over: async (): Promise<boolean> => (await frames.next()).done === true,
    end: () => ended.abort(),
  };
};

async function* framesOf(response: Response): AsyncGenerator<Frame> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(text.slice(0, at)) ?? [];
      text = text.slice(at + 2);
      if (id !== undefined && data !== undefined) yield { id, event: JSON.parse(data) };
    }
  }
}

describe('the stream of events', () => {
  it('begins now, and goes on with what comes', async () => {
    const service = await openService();
    await service.scheduler.scheduleJob({ jobName: 'before', ...report });
    const stream = await follow(service);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await service.scheduler.scheduleJob({ jobName: 'after', ...report });
    const { id, event } = await stream.next();
    expect([event.type, event.jobName, event.sequence]).toEqual(['JobScheduled', 'after', id]);
    stream.end();
  });

  it('resumes exactly after the last event that was seen, wherever a reader is cut off', async () => {
    const service = await openService({ handlers: { pdf: () => 'ran' } });
    for (const jobName of ['a', 'b']) await service.scheduler.scheduleJob({ jobName, ...report });
    await service.clock.advance(3_600_000);
    const all: string[] = [];
    for await (const { sequence } of service.scheduler.events()) all.push(sequence);
    expect(all.length).toBeGreaterThan(6);
    const seen: string[] = [];
    while (seen.length < all.length) {
      const last = seen.at(-1);
      const stream = await follow(service, '?after=0:0:0', last === undefined ? {} : { 'last-event-id': last });
      for (let taken = 0; taken < 3 && seen.length < all.length; taken++) seen.push((await stream.next()).id);
      stream.end();
    }
    expect(seen).toEqual(all);
  });

  it('is filtered by job and type, and may begin with the last ones', async () => {
    const service = await openService();
    for (const jobName of ['a', 'b']) await service.scheduler.scheduleJob({ jobName, ...report });
    await service.scheduler.toggleJob('a', false);
    const stream = await follow(service, '?last=1&job=a&type=JobPaused&type=JobResumed');
    expect((await stream.next()).event.type).toBe('JobPaused');
    await service.scheduler.cancelJob('b');
    await service.scheduler.toggleJob('a', true);
    expect((await stream.next()).event.type).toBe('JobResumed');
    stream.end();
  });

  it('is refused before it begins where it cannot be what is asked for', async () => {
    const service = await openService();
    const status = async (query: string, headers = {}) => (await follow(service, query, headers)).response.status;
    expect(await status('?after=x')).toBe(400);
    expect(await status('', { 'last-event-id': 'x' })).toBe(400);
    expect(await status('?type=odd')).toBe(400);
    expect((await service.call('GET', '/api/v1/jobs/nobody/events', { headers: { accept: 'text/event-stream' } })).status).toBe(404);
  });

  it('ends when the service closes, so that closing waits for nobody', async () => {
    const service = await openService();
    const stream = await follow(service);
    await service.close();
    expect(await stream.over()).toBe(true);
  });

  it('is kept alive, and ends with the key that began it', async () => {
    let mayRead = true;
    const beats: (() => void)[] = [];
    const background = {
      after: (_: number, call: () => void) => {
        beats.push(call);
        return () => undefined;
      },
    };
    const streams = new EventStreams(background);
    const { response, written, closed } = reader();
    const sent = streams.send(response, untilEnded, () => mayRead);
    beats.shift()?.();
    expect(written()).toBe('retry: 2000\n\n: \n\n');
    mayRead = false;
    beats.shift()?.();
    await sent;
    expect([closed(), streams.size]).toEqual([true, 0]);
  });

  it('does not wait for ever for a reader that takes nothing, and keeps nothing for it', async () => {
    const service = await openService({ keys: [keyOf('read', null).entry] });
    const large = 'x'.repeat(200_000);
    for (let i = 0; i < 40; i++) await service.scheduler.scheduleJob({ jobName: `j${i}`, ...report, parameters: { large } });
    const timers: { readonly ms: number; readonly call: () => void }[] = [];
    const background = {
      after: (ms: number, call: () => void) => {
        const timer = { ms, call };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    };
    let read = 0;
    const streams = new EventStreams(background);
    const { response, closed } = reader({ isFull: () => read > 1 });
    const counted = async function* (signal: AbortSignal): AsyncGenerator<PublishedEvent> {
      for await (const event of service.scheduler.events({ signal })) {
        read++;
        yield event;
      }
    };
    const sent = streams.send(response, counted, () => true);
    while (!timers.some(({ ms }) => ms === 30_000)) await new Promise<void>((resolve) => setImmediate(resolve));
    expect([read, closed()]).toEqual([2, false]);
    timers.find(({ ms }) => ms === 30_000)?.call();
    await sent;
    expect([read, closed(), streams.size]).toEqual([2, true, 0]);
  });

  it('survives readers that vanish without a word', async () => {
    const service = await openService();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => half(service)));
    await service.scheduler.scheduleJob({ jobName: 'a', ...report });
    for (const socket of sockets) socket.resetAndDestroy();
    await service.scheduler.toggleJob('a', false);
    expect((await service.call('GET', '/api/v1/jobs/a')).body.status).toBe('paused');
  });
});

/** A reader that has begun, as a socket. */
const half = ({ url }: Service): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const socket = connectTo(Number(port), '127.0.0.1', () =>
      socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: text/event-stream\r\n\r\n`),
    );
    socket.once('data', () => resolve(socket)).once('error', reject);
  });

const untilEnded = async function* (signal: AbortSignal): AsyncGenerator<PublishedEvent> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
};

/** A response whose reader takes nothing once it is full. */
const reader = ({ isFull = () => false }: { readonly isFull?: () => boolean } = {}) => {
  let [text, isClosed] = ['', false];
  const response = {
    writableNeedDrain: false,
    writableLength: 1,
    on: () => response,
    off: () => response,
    write: (part: string) => {
      text += part;
      return !isFull();
    },
    end: () => response,
    destroy: () => {
      isClosed = true;
      return response;
    },
  };
  return { response: response as never, written: () => text, closed: () => isClosed };
};
