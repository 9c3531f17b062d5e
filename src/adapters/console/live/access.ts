import { effect, signal } from '@preact/signals';
import { getAccess } from '../api/service.js';
import { key, organization } from '../api/session.js';
import type { Access } from '../api/wire.js';
import { connection } from './stream.js';

/** What the viewer may do, and who answers; null until that is known. */
export const access = signal<Access | null>(null);

effect(() => {
  void key.value;
  access.value = null;
});

/** Asked anew with another key, and whenever the service is back: it may be another one. */
export const learnAccess = (): (() => void) => {
  let abort = new AbortController();
  const end = effect(() => {
    void [key.value, organization.value];
    if (connection.value.state !== 'live') return;
    abort.abort();
    abort = new AbortController();
    getAccess(abort.signal).then(
      (found) => {
        access.value = found;
      },
      () => undefined,
    );
  });
  return () => {
    end();
    abort.abort();
  };
};

const order = ['read', 'operate', 'admin'] as const;

/** Nothing is offered before it is known; and the service has the last word. */
export const may = (needed: Access['scope']): boolean =>
  access.value !== null && order.indexOf(access.value.scope) >= order.indexOf(needed);
