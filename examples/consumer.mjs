// Reads the scheduler's events from NATS JetStream, as another bounded context would:
//
//   NATS_URL=nats://127.0.0.1:4222 node examples/consumer.mjs effects.ndjson [organization, as it is written in subjects]
//
// The broker delivers every event at least once. What makes an effect happen exactly once is that the event's id is kept together
// with the effect: here both are one line of a file, in a database they would be one transaction with a unique index on the id.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { connect } from 'nats';

const [file = 'effects.ndjson', organization = '*'] = process.argv.slice(2);
// A store with several partitions has several streams, SCHEDULER_EVENTS_0 and on: one consumer for each.
const stream = process.env.STREAM ?? 'SCHEDULER_EVENTS';
const durable = 'example-node';

const done = new Set(
  (existsSync(file) ? readFileSync(file, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).id),
);

/** A CloudEvent: `subject` is `organization/jobName`, `data` what happened. */
const apply = ({ id, type, subject, sequence, data }) => {
  if (done.has(id)) return;
  appendFileSync(file, `${JSON.stringify({ id, type, subject, sequence, execution: data.executionId })}\n`);
  done.add(id);
  console.log(`${sequence} ${subject} ${type}`);
};

const connection = await connect({ servers: process.env.NATS_URL ?? '127.0.0.1:4222', maxReconnectAttempts: -1 });
const manager = await connection.jetstreamManager();
// One event at a time, so that they stay in order: the next one is delivered when this one is acknowledged.
await manager.consumers.add(stream, {
  durable_name: durable,
  filter_subject: `scheduler.events.${organization}.>`,
  ack_policy: 'explicit',
  ack_wait: 2_000_000_000, // longer than an effect takes
  max_ack_pending: 1,
});
const consumer = await connection.jetstream().consumers.get(stream, durable);
const messages = await consumer.consume();
process.once('SIGTERM', () => messages.stop());

for await (const message of messages) {
  apply(message.json());
  message.ack();
}
await connection.drain();
