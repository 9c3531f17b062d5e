import type { Config } from './config.js';
import type { PredefinedOptions } from './options.js';

/** What the environment says of the predefined job types, whose files are in a directory. */
export const predefinedFrom = (config: Config, directory: string): PredefinedOptions => {
  const { SCHEDULER_INVENTORY_MONGODB_URI: mongodb, SCHEDULER_INVENTORY_MONGODB_DB: database } = config;
  return {
    directory,
    ...(mongodb !== undefined && { inventory: { mongodb, ...(database !== undefined && { database }) } }),
    ...(config.SCHEDULER_TABLES && { tables: config.SCHEDULER_TABLES }),
    ...(config.SCHEDULER_FILE_ROOTS && { roots: config.SCHEDULER_FILE_ROOTS }),
    ...(config.SCHEDULER_FONTS && { fonts: config.SCHEDULER_FONTS }),
    ...(config.SCHEDULER_MAX_ARTIFACT_MIB !== undefined && { maxArtifactMiB: config.SCHEDULER_MAX_ARTIFACT_MIB }),
    secrets: config.secrets,
    ...(config.SMTP_URL !== undefined && { smtp: config.SMTP_URL }),
    ...(config.SCHEDULER_MAIL_FROM !== undefined && { mailFrom: config.SCHEDULER_MAIL_FROM }),
    ...(config.SCHEDULER_OUTBOUND_HOSTS && { outboundHosts: config.SCHEDULER_OUTBOUND_HOSTS }),
  };
};
