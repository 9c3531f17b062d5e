import { describe, expect, it } from 'vitest';

/** A suite that cannot run for want of a server: skipped by name with the reason, and failed where a server must be had. */
export const skipLoudly = (name: string, missing: string): void => {
  if (!process.env.CI) return skipByName(name, missing);
  describe(`${name}: ${missing}`, () => {
    it('has what it needs', () => expect.fail(missing));
  });
};

/** A suite that a server cannot pass for reasons of its own, or whose server others stand in for. */
export const skipByName = (name: string, reason: string): void => {
  console.warn(`SKIPPED ${name}: ${reason}`);
  describe.skip(`${name}: ${reason}`, () => {
    it('is not run', () => undefined);
  });
};
