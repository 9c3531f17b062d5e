export { createKey } from './apiKey.js';
export { type KeyEntry, readKeyList, writeKeyList } from './keyList.js';
export { KeyRing } from './keyRing.js';
