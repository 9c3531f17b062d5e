import { decodeEvents, encodeEvents } from '../adapters/codec/index.js';
import type { EventCodec } from '../application/ports/eventCodec.js';

export const codec: EventCodec = { encode: encodeEvents, decode: decodeEvents };
