/** How many attempts may run at once; what is not named is bounded by `concurrency` alone. */
export type Limits = {
  /** On this node. */
  readonly concurrency: number;
  readonly jobTypes: { readonly [jobType: string]: number };
  /** Of one organization; `organizations` overrides it by name. */
  readonly perOrganization?: number;
  readonly organizations: { readonly [organization: string]: number };
  /** Shares of organizations when all of them have work; 1 unless named. */
  readonly weights: { readonly [organization: string]: number };
};

/** Who is using how much of the limits. */
export class Slots {
  #used = 0;
  readonly #byKey = new Map<string, number>();
  readonly #byOrganization = new Map<string, number>();

  constructor(private readonly limits: Limits) {}

  get free(): number {
    return this.limits.concurrency - this.#used;
  }

  get used(): number {
    return this.#used;
  }

  allows(handlerKey: string, organization: string, typeLimit?: number): boolean {
    const ofType = Math.min(this.limits.jobTypes[handlerKey] ?? Number.POSITIVE_INFINITY, typeLimit ?? Number.POSITIVE_INFINITY);
    const ofOrganization = this.limits.organizations[organization] ?? this.limits.perOrganization ?? Number.POSITIVE_INFINITY;
    return (this.#byKey.get(handlerKey) ?? 0) < ofType && (this.#byOrganization.get(organization) ?? 0) < ofOrganization;
  }

  take(handlerKey: string, organization: string): void {
    this.#used++;
    add(this.#byKey, handlerKey, 1);
    add(this.#byOrganization, organization, 1);
  }

  release(handlerKey: string, organization: string): void {
    this.#used--;
    add(this.#byKey, handlerKey, -1);
    add(this.#byOrganization, organization, -1);
  }
}

const add = (counts: Map<string, number>, key: string, n: number): void => {
  const count = (counts.get(key) ?? 0) + n;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
};
