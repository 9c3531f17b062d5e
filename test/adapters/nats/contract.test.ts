import { describeEventPublisher } from '../../contracts/eventPublisher.js';
import { describeOnNats } from '../../servers/nats.js';
import { open, operator, readStream } from './client.js';

describeOnNats('JetStream', 'any', (start) => {
  describeEventPublisher('JetStream', async () => {
    const server = await start();
    const [mine, rivals] = [open(server.url), open(server.url)];
    const connection = await operator(server.url);
    return {
      publisher: mine.publisher,
      rival: rivals.publisher,
      messages: () => readStream(connection, 'SCHEDULER_EVENTS'),
      close: async () => {
        await Promise.all([mine.close(), rivals.close(), connection.close()]);
        await server.stop();
      },
    };
  });
});
