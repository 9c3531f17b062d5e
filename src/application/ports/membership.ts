/** Which nodes live. A dead node's running attempts are failed as lost by any other. */
export interface Membership {
  /** This process: a new incarnation at every start. */
  readonly self: string;
  isAlive(node: string): boolean;
}
