import { expect, it } from 'vitest';
import { hash32, hashFraction } from '../../src/domain/hash.js';

it('a hash stays as it is: the jitter of jobs that are stored hangs on it', () => {
  expect(['', 'a', 'job-1', 'ü', 'ab', 'ba'].map(hash32)).toEqual([
    2_872_998_923, 444_641_715, 2_094_670_749, 134_528_209, 2_563_531_789, 605_838_741,
  ]);
  expect(hashFraction('job-1')).toBe(hash32('job-1') / 2 ** 32);
});
