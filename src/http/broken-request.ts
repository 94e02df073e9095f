/** Why the server itself ended a connection: what came never became a request that a route could refuse. */
export const brokenRequests = {
  headerTimeout: 'the headers were not there within limits.httpHeaderTimeout',
  headerOverflow: 'the headers were longer than 16 KiB',
  handshake: 'the TLS handshake failed, or was not over within limits.httpHeaderTimeout',
  malformed: 'what came was no HTTP',
  socketError: 'the system reported the connection broken',
} as const satisfies Record<string, string>;

export type BrokenRequest = keyof typeof brokenRequests;

/** What an error of the server's `clientError` event comes to. */
export function brokenBy({ code = '' }: NodeJS.ErrnoException): BrokenRequest {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'headerTimeout';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headerOverflow';
  if (/^ERR_(?:SSL|TLS)_/.test(code)) return 'handshake';
  return code.startsWith('HPE_') ? 'malformed' : 'socketError';
}
