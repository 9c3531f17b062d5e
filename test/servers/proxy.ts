import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type FaultyPath = {
  readonly port: number;
  /** The address of the server with ours in its place. */
  through(uri: string): string;
  /** Everything passes again. What was held up passes first, in order, where its connection still stands. */
  heal(): void;
  /** Ends all connections, and every new one at once. */
  cut(): void;
  /** Connections stay open and new ones are taken, but nothing passes: a router that lost its power. */
  hold(): void;
  /** Every packet takes so long, each way. */
  slow(delayMs: number): void;
  /** So few bytes pass in a second, each way. */
  trickle(bytesPerSecond: number): void;
  /**
   * Lets a request that is chosen through to the server and waits for its reply, which the client never sees: its connection ends
   * instead. Goes on until `heal`. Chosen is by the first packet of a request.
   */
  loseReplies(chosen: (request: Buffer) => boolean): void;
  /** How many replies were lost so far. */
  readonly lostReplies: number;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly server: Socket; isReplyLost: boolean };
type Direction = 'request' | 'reply';
/** The pieces in which a packet goes on, each after a pause. */
type Pace = { readonly pieceBytes: number; readonly pauseMs: number };

const fullSpeed: Pace = { pieceBytes: Number.POSITIVE_INFINITY, pauseMs: 0 };

/** Stands between a client and a server on this machine, and does to their bytes what networks do. */
export const startProxy = async (serverPort: number): Promise<FaultyPath> => {
  const pairs = new Set<Pair>();
  let isCut = false;
  let pace = fullSpeed;
  let chosen: (request: Buffer) => boolean = () => false;
  let lostReplies = 0;
  let open: () => void = () => {};
  let gate: Promise<void> = Promise.resolve();

  const end = (pair: Pair): void => {
    pairs.delete(pair);
    pair.client.destroy();
    pair.server.destroy();
  };

  const loses = (packet: Buffer, direction: Direction, pair: Pair): boolean => {
    if (direction === 'request') pair.isReplyLost ||= chosen(packet);
    else if (pair.isReplyLost) {
      lostReplies++;
      return true;
    }
    return false;
  };

  const carry = async (from: Socket, to: Socket, direction: Direction, pair: Pair): Promise<void> => {
    for await (const packet of from as AsyncIterable<Buffer>) {
      if (loses(packet, direction, pair)) return;
      for (let sent = 0; sent < packet.length; ) {
        await gate;
        const { pieceBytes, pauseMs } = pace;
        if (pauseMs > 0) await sleep(pauseMs, undefined, { ref: false });
        await gate;
        const piece = packet.subarray(sent, sent + pieceBytes);
        if (!to.writable) return;
        if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
        sent += piece.length;
      }
    }
  };

  const listener = createServer({ noDelay: true }, (client) => {
    if (isCut) return void client.destroy();
    const server = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, server, isReplyLost: false };
    pairs.add(pair);
    for (const [from, to, direction] of [[client, server, 'request'] as const, [server, client, 'reply'] as const]) {
      from.on('error', () => end(pair));
      void carry(from, to, direction, pair)
        .catch(() => undefined)
        .then(() => end(pair));
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const heal = (): void => {
    isCut = false;
    pace = fullSpeed;
    chosen = () => false;
    for (const pair of pairs) pair.isReplyLost = false;
    open();
  };

  return {
    port,
    through: (uri) => uri.replace(`:${serverPort}`, `:${port}`),
    heal,
    cut: () => {
      isCut = true;
      for (const pair of pairs) end(pair);
    },
    hold: () => {
      open();
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    slow: (delayMs) => {
      pace = { pieceBytes: Number.POSITIVE_INFINITY, pauseMs: delayMs };
    },
    trickle: (bytesPerSecond) => {
      pace = { pieceBytes: 1, pauseMs: 1_000 / bytesPerSecond };
    },
    loseReplies: (which) => {
      chosen = which;
    },
    get lostReplies() {
      return lostReplies;
    },
    close: async () => {
      heal();
      for (const pair of pairs) end(pair);
      listener.close();
      await once(listener, 'close');
    },
  };
};
