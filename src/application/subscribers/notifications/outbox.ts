import { type Instant, instant } from '../../../domain/instant.js';
import { type Recipient, readRecipient } from '../../../domain/recipient.js';
import type { Position } from '../../ports/eventStore.js';
import type { Notice } from '../../ports/notifier.js';
import { Channel, type ChannelDependencies } from './channel.js';

/** Recipients with something under way at once: memory stays bounded whatever jobs name. */
const mostChannels = 1_000;
/** Recipients whose place is kept with the cursor. */
const mostKept = 200;

type Kept = { readonly [recipient: string]: readonly [delivered: Position, windowEndsAt: Instant | null] };

/** The ways to all recipients that one partition's notices have. */
export class Outbox {
  readonly #channels = new Map<string, Channel>();

  constructor(private readonly dependencies: ChannelDependencies) {}

  /** What `kept` said when the cursor was saved. */
  restore(mark: string | null): void {
    for (const [text, delivered, windowEndsAt] of readMark(mark)) {
      const recipient = readRecipient(text);
      if (recipient) this.#channels.set(text, new Channel(recipient, this.dependencies, { delivered, windowEndsAt }));
    }
  }

  /** Recipients who are ahead of the cursor, or in a window. */
  kept(cursor: Position): string | null {
    const ahead = [...this.#channels].filter(([, { delivered, windowEndsAt }]) => delivered > cursor || windowEndsAt !== null);
    const kept: Kept = Object.fromEntries(
      ahead.slice(-mostKept).map(([text, { delivered, windowEndsAt }]) => [text, [delivered, windowEndsAt]]),
    );
    return ahead.length === 0 ? null : JSON.stringify(kept);
  }

  /** In the order of the log; a notice that is there already, or was delivered, is left out. */
  add(recipient: string, notice: Notice, position: Position): void {
    const channel = this.#channels.get(recipient) ?? this.#open(recipient, notice);
    if (channel && !channel.knows(notice, position)) channel.add(notice, position);
  }

  /** What was found out only later: in no order. */
  addLate(recipient: string, notice: Notice, position: Position): void {
    const channel = this.#channels.get(recipient) ?? this.#open(recipient, notice);
    channel?.add(notice, position);
  }

  /** The first commit with a notice that somebody still has to get; null where none has. */
  get oldest(): Position | null {
    let oldest: Position | null = null;
    for (const channel of this.#channels.values())
      if (channel.oldest !== null && (oldest === null || channel.oldest < oldest)) oldest = channel.oldest;
    return oldest;
  }

  /** Sends what there is now; resolves once all of it was tried. */
  async flush(): Promise<void> {
    await Promise.all([...this.#channels.values()].map((channel) => channel.flush()));
    await Promise.all([...this.#channels.values()].map((channel) => channel.flush()));
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #open(text: string, notice: Notice): Channel | null {
    if (this.#channels.size >= mostChannels) for (const [name, channel] of this.#channels) if (channel.isQuiet) this.#channels.delete(name);
    const recipient: Recipient | null = readRecipient(text);
    if (!recipient || this.#channels.size >= mostChannels) {
      const error = new Error(recipient ? `more than ${mostChannels} recipients wait for messages` : 'the recipient cannot be understood');
      this.dependencies.log.error({ error, recipient: recipient?.kind, total: 1, events: [notice.id] }, 'a notification was lost');
      return null;
    }
    const channel = new Channel(recipient, this.dependencies);
    this.#channels.set(text, channel);
    return channel;
  }
}

/** A mark of another release, or a damaged one, is as good as none: notices may come twice. */
const readMark = (mark: string | null): readonly (readonly [recipient: string, delivered: Position, windowEndsAt: Instant | null])[] =>
  Object.entries(parsed(mark)).flatMap(([recipient, kept]) => {
    const [delivered, windowEndsAt] = Array.isArray(kept) ? (kept as readonly unknown[]) : [];
    return typeof delivered === 'number'
      ? [[recipient, delivered, typeof windowEndsAt === 'number' ? instant(windowEndsAt) : null] as const]
      : [];
  });

const parsed = (mark: string | null): object => {
  try {
    return Object(JSON.parse(mark ?? '{}'));
  } catch {
    return {};
  }
};
