import { memoryPublisher } from '../../../src/adapters/memory/publisher.js';
import { describeEventPublisher } from '../../contracts/eventPublisher.js';

describeEventPublisher('memory', async () => {
  const publisher = memoryPublisher();
  return { publisher, rival: publisher, messages: async (partition) => publisher.messages(partition), close: publisher.close };
});
