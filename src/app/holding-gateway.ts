import { X509Certificate } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { request as requestEncrypted, type RequestOptions } from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { GivenCredentials } from '../cli/credential-options.js';
import { readPem, readTls, type TlsOptions } from '../cli/tls-options.js';
import type { Deployment } from '../config/deployment.js';
import { isScryptHash } from '../util/scrypt-hash.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws where the gateway ends in the middle of it. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Question {
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** CSV. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** As long as the store may take over an import. */
const SILENCE_MS = 15 * 60_000;

/** The HTTP listener of a gateway that has the store open, as a command asks it. */
export class HoldingGateway {
  readonly origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tls: RequestOptions;

  /** `base`: its address, as the store's lease names it. Throws UserError for a file in PEM that cannot be read. */
  constructor(
    private readonly base: string,
    deployment: Deployment,
    { client, tls }: GivenCredentials,
  ) {
    const { origin, protocol } = new URL(base);
    this.origin = origin;
    this.#headers = authorization(deployment, client);
    this.#tls = protocol === 'https:' ? trust(deployment, tls) : {};
  }

  /** Asks, and answers with what comes; rejects where nothing does. */
  async ask(method: 'GET' | 'POST', path: string, { query = {}, body }: Question = {}): Promise<HttpAnswer> {
    const url = new URL(path, this.base);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    // a server that is told to close does so behind its answer, also where a body is still on its way: the answer would be lost with it
    const headers = { ...this.#headers, connection: 'keep-alive', ...(body !== undefined && { 'content-type': 'text/csv' }) };
    const asked = (url.protocol === 'https:' ? requestEncrypted : request)(url, { ...this.#tls, method, headers, agent: false, timeout: SILENCE_MS });
    asked.on('timeout', () => asked.destroy(new Error(`it said nothing for ${SILENCE_MS / 60_000} minutes`)));
    const answered = new Promise<IncomingMessage>((resolve, reject) => asked.once('response', resolve).on('error', reject));
    if (body === undefined) asked.end();
    // what cuts the body off ends the request, unless the answer came first: nobody reads the rest then
    else pipeline(body, asked).catch((error: Error) => asked.destroy(error));
    const answer = await answered;
    answer.once('end', () => asked.destroy());
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: answer };
  }
}

/** As whom a gateway is asked: as is given, else whoever may read the configuration may act as a supervisor whose password stands there. */
function authorization({ clients = [] }: Deployment, given: GivenCredentials['client']): Record<string, string> {
  const client = given ?? clients.find(({ roles, password }) => roles.includes('supervisor') && password !== undefined && !isScryptHash(password));
  if (client === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${client.name}:${client.password}`).toString('base64')}` };
}

/**
 * Whose certificate is taken. Whoever may read the configuration knows which one the gateway shows: nobody has to vouch for that,
 * and it need not be for the address by which this machine reaches it.
 */
function trust({ listeners }: Deployment, options: TlsOptions): RequestOptions {
  const own = readTls(options);
  const path = listeners.http?.tls?.cert;
  if (options.ca !== undefined || path === undefined) return own;
  const pem = readPem(path);
  const known = new X509Certificate(pem);
  return {
    ...own,
    ca: pem,
    allowPartialTrustChain: true,
    checkServerIdentity: (_host, { raw }) => (raw.equals(known.raw) ? undefined : new Error(`its certificate is not ${path}; --ca names who has signed it`)),
  };
}
