/** One holder at a time, among live nodes, of a named duty such as `relay/0`. A hint for efficiency: correctness never rests on it. */
export interface Leases {
  /** Takes the lease, or renews it: true while this node holds it. A holder that died is replaced after one lease time. */
  hold(name: string): Promise<boolean>;
  release(name: string): Promise<void>;
}

/** Where a single writer has got to. A hint: what it points to is checked before it is believed. */
export interface Cursors {
  load(name: string): Promise<{ readonly position: number; readonly mark: string | null } | null>;
  save(name: string, position: number, mark: string | null): Promise<void>;
}
