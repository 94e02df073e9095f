import { Readable } from 'node:stream';
import { json as readJson } from 'node:stream/consumers';
import { z } from 'zod';
import type { GivenCredentials } from '../../cli/credential-options.js';
import { UserError } from '../../cli/errors.js';
import type { Deployment } from '../../config/deployment.js';
import { type ListBody, listBody } from '../../http/lists.js';
import { ListRefused, ListService } from '../../service/list-service.js';
import type { OwnedStore } from '../../store/owned-store.js';
import { systemClock } from '../../util/clock.js';
import type { HoldingGateway, HttpAnswer, Question } from '../holding-gateway.js';
import { hintFor, storeOrGateway } from '../store-or-gateway.js';

/** A file of records on its way out. */
export interface ListFile {
  readonly records: number;
  readonly chunks: AsyncIterable<string | Uint8Array>;
}

/** What the commands need of calling lists, whichever way it comes. */
export interface ListAccess {
  report(name: string | undefined): Promise<readonly ListBody[]>;
  reclaim(appId: number, name: string | undefined): Promise<number>;
  export(name: string): Promise<ListFile>;
  close(): Promise<void>;
}

/** Straight to the store, or through the gateway that has it open. */
export async function openLists(deployment: Deployment, as: GivenCredentials): Promise<ListAccess> {
  const opened = await storeOrGateway(deployment, as, 'a look at lists', 'lists could be looked at');
  return 'holding' in opened ? overHttp(opened.holding) : directly(opened.store, deployment);
}

const quiet = (): void => undefined;

function directly(store: OwnedStore, deployment: Deployment): ListAccess {
  const log = { error: quiet, warn: quiet, info: quiet };
  const service = new ListService({ deployment, client: store.client, clock: systemClock, log, running: false, listChanged: quiet });
  return {
    report: (name) => told(async () => (await service.report(name)).map(listBody)),
    reclaim: (appId, name) => told(() => service.reclaim(appId, name)),
    export: (name) => told(() => service.export(name)),
    close: () => store.close(),
  };
}

async function told<T>(job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof ListRefused) throw new UserError(error.message);
    throw error;
  }
}

const refused = z.object({ status: z.object({ message: z.string() }) });
const reclaimed = z.object({ reclaimed: z.number() });

function overHttp(gateway: HoldingGateway): ListAccess {
  const ask = async (method: 'GET' | 'POST', path: string, query: NonNullable<Question['query']> = {}): Promise<HttpAnswer> => {
    const answer = await gateway.ask(method, path, { query }).catch((error: unknown) => {
      throw new UserError(`the gateway at ${gateway.origin}, which has the store open, did not answer: ${wordsOf(error)}`);
    });
    if (answer.status === 200) return answer;
    const reason = refused.safeParse(await jsonOf(answer).catch(() => undefined)).data?.status.message ?? `HTTP status ${answer.status}`;
    throw new UserError(`the gateway at ${gateway.origin}, which has the store open, refused: ${reason}${hintFor(answer.status)}`);
  };
  return {
    report: async (name) => (await jsonOf(await ask('GET', '/lists', { name }))) as ListBody[],
    reclaim: async (appId, name) => reclaimed.parse(await jsonOf(await ask('POST', '/lists/reclaim', { appId: String(appId), name }))).reclaimed,
    async export(name) {
      const answer = await ask('GET', `/lists/${encodeURIComponent(name)}/export`);
      return { records: Number(answer.headers['x-records'] ?? 0), chunks: whole(answer) };
    },
    close: () => Promise.resolve(),
  };
}

const jsonOf = ({ body }: HttpAnswer): Promise<unknown> => readJson(Readable.from(body));
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A gateway that ends in the middle cuts the file: that is a failure, not its end. */
async function* whole({ body }: HttpAnswer): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new UserError(`the gateway did not send all of the list: ${wordsOf(error)}`);
  }
}
