import type { ComponentChildren } from 'preact';
import type { Access } from '../api/wire.js';
import { access, may } from '../live/access.js';
import { Empty, Loading } from './states.js';

type Given = { readonly to: Access['scope']; readonly children: ComponentChildren };

/** What the viewer's key does not allow is not offered. */
export const Allowed = ({ to, children }: Given) => (may(to) ? children : null);

/** What was gone to by its address, and may be nothing for the viewer's key. */
export const Reserved = ({ to, children }: Given) => {
  if (access.value === null) return <Loading />;
  return may(to) ? children : <Empty title="Your key does not allow this">It takes one with the scope “{to}”.</Empty>;
};
