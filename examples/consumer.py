"""Reads the scheduler's events from NATS JetStream, as another bounded context would (pip install nats-py):

  NATS_URL=nats://127.0.0.1:4222 python examples/consumer.py effects.ndjson [organization, as it is written in subjects]

The broker delivers every event at least once. What makes an effect happen exactly once is that the event's id is kept together
with the effect: here both are one line of a file, in a database they would be one transaction with a unique index on the id.
"""

import asyncio
import json
import os
import signal
import sys

import nats
from nats.errors import TimeoutError
from nats.js.api import AckPolicy, ConsumerConfig

# A store with several partitions has several streams, SCHEDULER_EVENTS_0 and on: one consumer for each.
STREAM = os.environ.get("STREAM", "SCHEDULER_EVENTS")
DURABLE = "example-python"


def read_done(file):
    if not os.path.exists(file):
        return set()
    with open(file, encoding="utf8") as lines:
        return {json.loads(line)["id"] for line in lines if line.strip()}


def apply(event, file, done):
    """A CloudEvent: `subject` is `organization/jobName`, `data` what happened."""
    if event["id"] in done:
        return
    effect = {name: event[name] for name in ("id", "type", "subject", "sequence")}
    effect["execution"] = event["data"].get("executionId")
    with open(file, "a", encoding="utf8") as out:
        out.write(json.dumps(effect) + "\n")
    done.add(event["id"])
    print(event["sequence"], event["subject"], event["type"], flush=True)


async def main(file="effects.ndjson", organization="*"):
    done = read_done(file)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    connection = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"), max_reconnect_attempts=-1)
    # One event at a time, so that they stay in order: the next one is delivered when this one is acknowledged.
    config = ConsumerConfig(
        durable_name=DURABLE,
        filter_subject=f"scheduler.events.{organization}.>",
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=2,  # longer than an effect takes
        max_ack_pending=1,
    )
    jetstream = connection.jetstream()
    await jetstream.add_consumer(STREAM, config)
    subscription = await jetstream.pull_subscribe_bind(DURABLE, STREAM)
    while not stopping.is_set():
        try:
            messages = await subscription.fetch(1, timeout=1)
        except TimeoutError:
            continue
        for message in messages:
            apply(json.loads(message.data), file, done)
            await message.ack()
    await connection.flush()
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
