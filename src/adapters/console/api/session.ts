import { signal } from '@preact/signals';
import { kept } from '../kept.js';

/** The key is kept for this tab only and travels in a header, so that no other site can use it and no log or link shows it. */
const keptKey = kept('key', () => sessionStorage);
const keptOrganization = kept('organization', () => sessionStorage);

export const key = signal<string | null>(keptKey.get());
/** The organization that a key of all organizations acts for; null: the one that the service chooses. */
export const organization = signal<string | null>(keptOrganization.get());
/** Why the viewer is asked for a key; null while none is needed. */
export const keyWanted = signal<'missing' | 'refused' | null>(null);

export const signIn = (given: string): void => {
  keptKey.set(given);
  key.value = given;
  keyWanted.value = null;
};

export const signOut = (): void => {
  keptKey.set(null);
  key.value = null;
  keyWanted.value = 'missing';
};

export const actFor = (name: string | null): void => {
  keptOrganization.set(name);
  organization.value = name;
};
