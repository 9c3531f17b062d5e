import { expect, it } from 'vitest';
import { createContainer } from '../../src/bootstrap/container.js';
import { T } from '../../src/bootstrap/tokens.js';
import { partsOf } from '../application/node.js';

it.each(Object.entries(T))('%s resolves, to the same each time', (_name, token) => {
  const container = createContainer(partsOf());
  const found = container.get(token);
  expect(found).toBeDefined();
  expect(container.get(token)).toBe(found);
});
