export { Directory } from './directory.js';
export { filePath } from './path.js';
export { namesBelow, openDirectory, openFile } from './roots.js';
