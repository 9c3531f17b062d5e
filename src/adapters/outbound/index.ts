export { createOutbound, type OutboundOptions } from './outbound.js';
