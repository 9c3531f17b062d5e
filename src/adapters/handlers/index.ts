import type { JobType } from '../../application/ports/jobTypes.js';
import { backup } from './backup/index.js';
import { dataCleanup } from './dataCleanup/index.js';
import { emailNotification } from './emailNotification/index.js';
import { inventorySync } from './inventorySync/index.js';
import { lowStockAlert } from './lowStockAlert/index.js';
import { reportGeneration } from './reportGeneration/index.js';
import type { Services } from './services.js';

export type { Services } from './services.js';

/** The job types that come with the scheduler. */
export const predefinedTypes = (services: Services): readonly JobType[] => [
  backup(services),
  dataCleanup(services),
  emailNotification(services),
  inventorySync(services),
  lowStockAlert(services),
  reportGeneration(services),
];
