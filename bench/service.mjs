// This scheduler in a process where V8 is set up as the service does it.
import { inlineLess } from '../dist/bootstrap/inlineLess.js';

inlineLess();

export { open } from './nexus.mjs';
