export { Directory, type EntryKind } from './directory.js';
export { filePath, nameFault, pathFault } from './path.js';
export { openDirectory, openFile } from './roots.js';
