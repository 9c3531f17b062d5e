import type { ComponentChildren } from 'preact';
import type { Access } from '../api/wire.js';
import { may } from '../live/access.js';

/** What the viewer's key does not allow is not offered. */
export const Allowed = ({ to, children }: { readonly to: Access['scope']; readonly children: ComponentChildren }) =>
  may(to) ? children : null;
