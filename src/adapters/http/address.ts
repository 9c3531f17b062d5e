import { SchedulerError } from '../../domain/errors.js';

export type Address = { readonly host: string; readonly port: number };

/** Whether only this machine reaches it. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

export const keysNeeded = (host: string): SchedulerError =>
  new SchedulerError(
    'NOT_AVAILABLE',
    `HOST is ${host}, which others can reach, and there is no key: make one with \`nexus-scheduler keys create\`, or listen on 127.0.0.1`,
  );

/** Why nobody listens on the address, and what to do about it. */
export const notListening = (error: unknown, { host, port }: Address): unknown => {
  const { code } = Object(error);
  const why: { readonly [code: string]: string } = {
    EADDRINUSE: `port ${port} on ${host} is taken, perhaps by another service; choose another with PORT or --port, or do without with --no-http`,
    EACCES: `port ${port} may not be opened by this user; choose one above 1023 with PORT or --port`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HOST to one that is, such as 127.0.0.1`,
    ENOTFOUND: `HOST is ${host}, and nothing is known by that name; set it to an address of this machine, such as 127.0.0.1`,
  };
  const message = why[code];
  return message === undefined ? error : new SchedulerError('NOT_AVAILABLE', message, { cause: error });
};
