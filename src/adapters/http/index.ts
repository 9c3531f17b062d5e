export { type HttpServer, openHttp } from './server.js';
export type { HttpScheduler } from './service.js';
