export { decodeEvents, encodeEvents, noEvents, UnknownEvent } from './events.js';
