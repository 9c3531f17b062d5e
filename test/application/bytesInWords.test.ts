import { expect, it } from 'vitest';
import { bytesInWords } from '../../src/application/bytesInWords.js';

it.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [95_496, '93.3 KiB'],
  [99.96 * 1_024, '100 KiB'],
  [262_144, '256 KiB'],
  [1_048_575, '1.0 MiB'],
  [1.5 * 2 ** 30, '1.5 GiB'],
  [2 ** 52, '4096 TiB'],
])('%d bytes are %s', (count, words) => expect(bytesInWords(count)).toBe(words));
