/** What a key allows: each includes those before it. */
export const scopes = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Who asks, and what they may do. */
export type Access = {
  /** For people, and recorded as the cause of changes; absent where no key was needed. */
  readonly name?: string;
  readonly scope: Scope;
  /** The one organization that the key is bound to; null: all of them. */
  readonly organization: string | null;
};

/** The keys that are known at this moment. */
export interface ApiKeys {
  /** False only where no key was ever configured. */
  readonly required: boolean;
  /** Null for what is no key, or no longer one. Takes the same time whichever it is. */
  find(token: string): Access | null;
}
