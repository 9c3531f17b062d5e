import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { Logger } from '../../application/ports/logger.js';
import { internal, refusalOf } from './problem.js';

/** On every answer, of whatever kind. */
export const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const problemType = 'application/problem+json';

/** Answers a request with the problem that the error is. */
export const refuse = (error: unknown, reply: FastifyReply, log: Logger): FastifyReply => {
  const refusal = refusalOf(error);
  if (!refusal) log.error({ error }, 'a request failed');
  const { problem, headers } = refusal ?? internal;
  return reply
    .code(problem.status)
    .headers({ ...securityHeaders, ...headers })
    .type(problemType)
    .send(JSON.stringify(problem));
};

/** Answers what never became a request, because it is no HTTP, took too long or has too many headers, and ends the connection. */
export const refuseConnection = ({ code }: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable) return void socket.destroy();
  const { problem, headers } = refusalOf({ statusCode: statuses[code ?? ''] ?? 400 }) ?? internal;
  const body = JSON.stringify(problem);
  const all = {
    ...securityHeaders,
    ...headers,
    'content-type': problemType,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
};

const statuses: { readonly [code: string]: number } = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
