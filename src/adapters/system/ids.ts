import { uuidv7 } from 'uuidv7';
import type { Ids } from '../../application/ports/ids.js';

/** Within one process the ids grow strictly, also when the wall clock is set back a little. */
export const ids: Ids = { next: uuidv7 };
