import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The connections of a server, and how many requests are under way on each. Browsers open some before they have anything to ask. */
export class Connections {
  readonly #underWay = new Map<Socket, number>();
  #ended = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#underWay.set(socket, 0);
      socket.on('close', () => this.#underWay.delete(socket));
    });
    server.on('request', ({ socket }, response) => {
      this.#count(socket, 1);
      response.on('close', () => this.#count(socket, -1));
    });
  }

  /** Closes those on which nothing is under way, and the others as soon as that is so. */
  end(): void {
    this.#ended = true;
    for (const [socket, requests] of this.#underWay) if (requests === 0) socket.destroy();
  }

  #count(socket: Socket, change: 1 | -1): void {
    const requests = this.#underWay.get(socket);
    if (requests === undefined) return;
    this.#underWay.set(socket, requests + change);
    // What was written is still on its way: the end follows it.
    if (this.#ended && requests + change === 0) socket.end();
  }
}
