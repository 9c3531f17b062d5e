import { alone } from '../../application/cluster/alone.js';
import type { Storage } from '../../application/ports/storage.js';
import { memoryEventLog } from './eventLog.js';
import { memoryReadModels } from './readModels.js';

/** Storage that lives and dies with the process; `node` names this incarnation. */
export const openMemory = ({ node }: { readonly node: string }): Storage => ({
  ...memoryEventLog(),
  ...memoryReadModels(),
  ...alone(node),
  close: async () => {},
});
