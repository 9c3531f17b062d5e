export { Directory } from './directory.js';
export { identity, identityOf, identityOfOpen } from './identity.js';
export { filePath } from './path.js';
export { namesBelow, openDirectory, openFile } from './roots.js';
