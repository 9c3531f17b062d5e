import type { Logger } from '../../application/ports/logger.js';

const ignore = (): void => undefined;

/** For `logger: false`. */
export const noLog: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
