export { type HttpServer, openHttp } from './server.js';
export type { HttpDependencies, HttpScheduler } from './service.js';
