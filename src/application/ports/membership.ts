/** Which nodes live. A dead node's running attempts are failed as lost by any other. */
export interface Membership {
  /** This process: a new incarnation at every start. */
  readonly self: string;
  /** True where no other process can write to the store: what this one has read or written stays true. */
  readonly exclusive: boolean;
  isAlive(node: string): boolean;
}
