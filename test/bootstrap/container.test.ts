import { expect, it } from 'vitest';
import { memoryPublisher } from '../../src/adapters/memory/publisher.js';
import { createContainer } from '../../src/bootstrap/container.js';
import { T } from '../../src/bootstrap/tokens.js';
import { partsOf } from '../application/node.js';

it.each(Object.entries(T))('%s resolves, to the same each time', (_name, token) => {
  const hints = { announce: () => undefined, onHint: () => () => undefined, close: async () => undefined };
  const broker = { publisher: memoryPublisher(), hints, close: async () => undefined };
  const notifications = { notifier: { send: async () => {} }, settings: { to: [], organizations: {}, windowMs: 1_000 } };
  const container = createContainer(partsOf({ broker, notifications }));
  const found = container.get(token);
  expect(found).toBeDefined();
  expect(container.get(token)).toBe(found);
});
