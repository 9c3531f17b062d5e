import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openUntilClosed, type Service } from '../adapters/http/service.js';

const text = readFileSync('docs/http.md', 'utf8');

/** Commands, each with the comment below it that says what the answer is. */
const examples = [...text.matchAll(/```sh\n(curl .*?)```/gs)].flatMap(([, block = '']) =>
  [...block.matchAll(/^(curl .*?)\n# (.*?)$/gms)].map(([, command = '', says = '']) => ({ command, says })),
);

let service: Service;
beforeAll(async () => {
  service = await openUntilClosed({ handlers: { 'send-digest': () => ({ sent: 1 }) } });
});
afterAll(() => service.close());

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('the examples of docs/http.md', () => {
  it.runIf(hasCurl).each(examples)('$command', async ({ command, says }) => {
    const printed = await run(command.replaceAll('http://127.0.0.1:7070', service.url));
    const [, status, body] = /^(\d{3}) (.*)$/.exec(says) ?? [];
    if (status === undefined || body === undefined) return expect(printed).toContain(says);
    const at = printed.lastIndexOf('\n');
    expect([printed.slice(at + 1), differences(shownIn(body), JSON.parse(printed.slice(0, at)))]).toEqual([status, []]);
  });

  it('are more than a few, and each is shown with its answer', () => {
    expect(examples.length).toBe([...text.matchAll(/^curl /gm)].length);
    expect(examples.length).toBeGreaterThan(15);
  });
});

/** Whatever it exits with: a stream is cut off by its time limit. */
const run = (command: string): Promise<string> =>
  new Promise((resolve) => {
    execFile('sh', ['-c', `${command} -s -w '\\n%{http_code}'`], (_, stdout) => resolve(stdout));
  });

const anything = '...';

/** What an example shows of an answer, with `...` where it leaves something out. */
const shownIn = (body: string): unknown =>
  JSON.parse(
    body
      .replaceAll(/,?\.\.\.\}/g, '}')
      .replaceAll('[...]', `"${anything}"`)
      .replaceAll(/,\.\.\.\]/g, `,"${anything}"]`),
  );

/** Where an answer is not as it is shown. */
const differences = (shown: unknown, answered: unknown, path = 'answer'): readonly string[] => {
  if (shown === anything) return answered === undefined ? [`${path} is missing`] : [];
  if (typeof shown !== 'object' || shown === null) return shown === answered ? [] : [`${path} is ${JSON.stringify(answered)}`];
  if (Array.isArray(shown) && !(shown.includes(anything) || shown.length === Object(answered).length))
    return [`${path} has another length`];
  return Object.entries(shown).flatMap(([name, inner]) => differences(inner, Object(answered)[name], `${path}.${name}`));
};
