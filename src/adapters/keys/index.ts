export { createKey } from './apiKey.js';
export { KeyFile } from './keyFile.js';
export { type KeyEntry, readKeyList } from './keyList.js';
export { KeyRing } from './keyRing.js';
