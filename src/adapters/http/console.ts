import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** No script, style or connection but our own, and nothing inline. */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `index.html` at `/`, and `assets/` with names that change with their content. */
export const serveConsole = async (app: FastifyInstance, directory: string): Promise<void> => {
  if (!existsSync(path.join(directory, 'index.html'))) {
    app.get('/', async (_, reply) => reply.header('content-security-policy', pagePolicy).type('text/html; charset=utf-8').send(notBuilt));
    return;
  }
  await app.register(async (pages) => {
    pages.addHook('onSend', async ({ url }, reply) => {
      if (reply.statusCode >= 400) return;
      reply.header('content-security-policy', pagePolicy);
      reply.header('cache-control', url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    });
    await pages.register(fastifyStatic, {
      root: directory,
      index: ['index.html'],
      cacheControl: false,
      decorateReply: false,
      preCompressed: true,
    });
  });
};

const notBuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>nexus-scheduler</title></head>
<body>
<h1>nexus-scheduler</h1>
<p>The service runs. Its console is not built here: <code>npm run build</code> builds it.</p>
<ul>
<li><a href="/docs">What the HTTP API can do</a></li>
<li><a href="/openapi.json">The same for programs</a></li>
<li><a href="/api/v1/jobs">Jobs</a></li>
<li><a href="/readyz">Whether it is ready</a></li>
</ul>
</body>
</html>
`;
