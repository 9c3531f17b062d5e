import type { Background } from '../../application/ports/clock.js';
import type { WakeHints } from '../../application/ports/publisher.js';
import { subjectToken } from '../../application/subscribers/cloudEvent.js';
import type { Millis } from '../../domain/instant.js';
import type { Connection } from './connection.js';

/** Hints of one partition are this far apart; the newest speaks for those in between. */
const apartMs: Millis = 5;

/** Wake-up hints over core NATS, to all nodes on the same store but this one. */
export const wakeHints = (connection: Connection, store: string, background: Background): WakeHints => {
  const subject = `scheduler.wake.${subjectToken(store)}`;
  const listeners = new Set<(partition: number, position: number) => void>();
  /** Partitions that have just been announced, and what is to follow. */
  const resting = new Map<number, number | null>();
  let closed = false;

  connection.onConnected((current) => {
    const subscription = current.subscribe(`${subject}.*`, {
      callback: (error, message) => {
        if (closed) return subscription.unsubscribe();
        if (error) return;
        const [partition, position] = [message.subject.split('.').at(-1), message.string()].map(countOf);
        if (partition === undefined || position === undefined) return;
        for (const listener of listeners) listener(partition, position);
      },
    });
  });

  const announce = (partition: number, position: number): void => {
    if (closed) return;
    if (resting.has(partition)) {
      resting.set(partition, Math.max(position, resting.get(partition) ?? 0));
      return;
    }
    connection.current?.publish(`${subject}.${partition}`, `${position}`);
    resting.set(partition, null);
    background.after(apartMs, () => {
      const following = resting.get(partition) ?? null;
      resting.delete(partition);
      if (following !== null) announce(partition, following);
    });
  };

  return {
    announce,
    onHint: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      listeners.clear();
    },
  };
};

/** Undefined for what is no count: anybody may send anything. */
const countOf = (text = ''): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
