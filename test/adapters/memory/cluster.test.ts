import { memoryLeases } from '../../../src/adapters/memory/leases.js';
import { describeLeases } from '../../contracts/leases.js';
import { describeMembership } from '../../contracts/membership.js';
import { SharedStorage } from '../../sharedStorage.js';

describeMembership('the shared storage of tests', async () => {
  const shared = new SharedStorage();
  return { join: shared.open, close: async () => undefined };
});

describeLeases('memory', async () => {
  let now = 0;
  const leases = memoryLeases({ monotonic: () => now }, 1_000);
  const dies = (): void => {
    now += 1_000;
  };
  return { of: leases.of, dies, close: async () => undefined };
});
