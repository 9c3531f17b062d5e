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
  // Maps, because a job type or a tenant may be called `constructor`.
  readonly #ofTypes: ReadonlyMap<string, number>;
  readonly #ofOrganizations: ReadonlyMap<string, number>;

  constructor(private readonly limits: Limits) {
    this.#ofTypes = new Map(Object.entries(limits.jobTypes));
    this.#ofOrganizations = new Map(Object.entries(limits.organizations));
  }

  get free(): number {
    return this.limits.concurrency - this.#used;
  }

  get used(): number {
    return this.#used;
  }

  allows(handlerKey: string, organization: string, typeLimit?: number): boolean {
    const ofKey = Math.min(this.#ofTypes.get(handlerKey) ?? Number.POSITIVE_INFINITY, typeLimit ?? Number.POSITIVE_INFINITY);
    const ofOrganization = this.#ofOrganizations.get(organization) ?? this.limits.perOrganization ?? Number.POSITIVE_INFINITY;
    return (
      (this.#byKey.get(handlerKey) ?? 0) < ofKey &&
      (this.#byOrganization.get(organization) ?? 0) < ofOrganization &&
      (!isCustom(handlerKey) || (this.#byKey.get(custom) ?? 0) < (this.#ofTypes.get(custom) ?? Number.POSITIVE_INFINITY))
    );
  }

  take(handlerKey: string, organization: string): void {
    this.#used++;
    add(this.#byKey, handlerKey, 1);
    if (isCustom(handlerKey)) add(this.#byKey, custom, 1);
    add(this.#byOrganization, organization, 1);
  }

  release(handlerKey: string, organization: string): void {
    this.#used--;
    add(this.#byKey, handlerKey, -1);
    if (isCustom(handlerKey)) add(this.#byKey, custom, -1);
    add(this.#byOrganization, organization, -1);
  }
}

/** Every custom job has a handler key of its own; the limit of the type `custom` is for all of them together. */
const custom = 'custom';
const isCustom = (handlerKey: string): boolean => handlerKey.startsWith('custom:');

const add = (counts: Map<string, number>, key: string, n: number): void => {
  const count = (counts.get(key) ?? 0) + n;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
};
