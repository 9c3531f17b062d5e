/** A node as the others see it: an incarnation, and the handler keys it can run. */
export type NodeInfo = { readonly node: string; readonly handlerKeys: readonly string[] };

/**
 * Which nodes live. A dead node's running attempts are failed as lost by any other. Whether a node lives is judged by changes of its
 * beat, seen on the observer's own monotonic clock while the store answered: never by comparing wall clocks.
 */
export interface Membership {
  /** This process: a new incarnation at every start. */
  readonly self: string;
  /** True where no other process can write to the store: what this one has read or written stays true. */
  readonly exclusive: boolean;
  /** False only for a node that is known to be dead; a node not heard of yet has the benefit of the doubt for one lease. */
  isAlive(node: string): boolean;
  /** The live nodes, this one among them. */
  nodes(): readonly NodeInfo[];
  /** Tells the others what this node can run. */
  announce(handlerKeys: readonly string[]): void;
  /**
   * Calls with true when this node could not renew its beat for so long that others may soon declare it dead, and with false when
   * it can again. Returns a function that ends it.
   */
  onFenced(listener: (fenced: boolean) => void): () => void;
}
