// Takes notifications of the scheduler: checks who sent them, and acts on each once. Run it with
//   WEBHOOK_SECRET=... PORT=8080 node examples/webhookReceiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const longestAgeSeconds = 300;
const mostBytes = 1_000_000;

/** True where the body is what somebody who knows the secret has signed, not long ago. */
export const isGenuine = (secret, headers, body, now = Date.now()) => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!id || !(Math.abs(now / 1_000 - Number(timestamp)) <= longestAgeSeconds)) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return signatures.split(' ').some((given) => {
    const signature = Buffer.from(given);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
};

export const createReceiver = (secret, onNotification) => {
  // A real receiver keeps these where they survive a restart.
  const seen = new Set();
  return createServer(async (request, response) => {
    const chunks = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > mostBytes) return response.writeHead(413).end();
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks).toString('utf8');
    if (!isGenuine(secret, request.headers, body)) return response.writeHead(401).end();
    const notification = JSON.parse(body);
    // The same event may come twice: after a crash, or because an answer was lost.
    const news = notification.notices.filter(({ id, kind }) => !seen.has(`${kind} ${id}`));
    for (const { id, kind } of news) seen.add(`${kind} ${id}`);
    if (news.length > 0) onNotification({ ...notification, notices: news });
    response.writeHead(204).end();
  });
};

if (import.meta.filename === process.argv[1] || process.argv[1]?.endsWith('webhookReceiver.mjs')) {
  const { WEBHOOK_SECRET, PORT = '8080' } = process.env;
  if (!WEBHOOK_SECRET) throw new Error('set WEBHOOK_SECRET to what SCHEDULER_WEBHOOK_SECRET is');
  createReceiver(WEBHOOK_SECRET, ({ summary }) => console.log(summary)).listen(Number(PORT), '127.0.0.1');
}
