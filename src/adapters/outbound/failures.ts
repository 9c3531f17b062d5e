import { OutboundFailed, OutboundRefused } from '../../application/ports/outbound.js';

/** Codes of the client, of the resolver and of sockets. They are known here and nowhere else. */
const complaints: { readonly [code: string]: string } = {
  ENOTFOUND: 'has no address: its name is not known',
  EAI_AGAIN: 'has no address: the name service does not answer',
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'ended the connection',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  UND_ERR_HEADERS_OVERFLOW: 'sends headers that are too long',
  UND_ERR_SOCKET: 'ended the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sends a length that is not the one of its answer',
  Z_BUF_ERROR: 'ended in the middle of its answer',
  Z_DATA_ERROR: 'sends a body that is not compressed as it says',
};

/** Says what is wrong and where: the server's name, for an URL may hold secrets. */
export const explained = (error: unknown, server: string, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason;
  if (error instanceof OutboundFailed || error instanceof OutboundRefused) return error;
  return new OutboundFailed(`${server} ${complaint(codeOf(error))}`, { cause: error });
};

const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && error.code !== undefined ? String(error.code) : error.name;
};

const complaint = (code: string): string => {
  if (Object.hasOwn(complaints, code)) return complaints[code] ?? code;
  if (code.startsWith('ERR__ERROR')) return 'sends a body that is not compressed as it says';
  if (code.startsWith('HPE_') || code === 'HTTPParserError') return 'answers in no HTTP that is understood';
  if (/CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code)) return `has a certificate that is not trusted (${code})`;
  return `cannot be asked (${code})`;
};
