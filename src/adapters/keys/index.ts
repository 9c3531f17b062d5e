export { createKey } from './apiKey.js';
export { FixedKeys } from './fixedKeys.js';
export { KeyFile } from './keyFile.js';
export type { KeyEntry } from './keyList.js';
export { KeyRing } from './keyRing.js';
