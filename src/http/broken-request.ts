/** Why the server itself ended a connection: what came never became a request that a route could refuse. */
export const brokenRequests = {
  headerTimeout: 'the headers were not there within limits.httpHeaderTimeout',
  headerOverflow: 'the headers were longer than 16 KiB',
  malformed: 'what came was no HTTP',
  socketError: 'the system reported the connection broken',
} as const satisfies Record<string, string>;

export type BrokenRequest = keyof typeof brokenRequests;

/** What an error of the server's `clientError` event comes to; undefined for a failed TLS handshake, which is counted as such. */
export function brokenBy({ code = '' }: NodeJS.ErrnoException): BrokenRequest | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'headerTimeout';
  if (code === 'HPE_HEADER_OVERFLOW') return 'headerOverflow';
  if (/^ERR_(?:SSL|TLS)_/.test(code)) return undefined;
  return code.startsWith('HPE_') ? 'malformed' : 'socketError';
}
