import { Readable } from 'node:stream';
import { json as readJson } from 'node:stream/consumers';
import { z } from 'zod';
import { BadRecord } from '../../service/importer.js';
import { UserError } from '../../cli/errors.js';
import type { HoldingGateway, HttpAnswer } from '../holding-gateway.js';
import { hintFor } from '../store-or-gateway.js';
import type { ImportDone, ImportJob } from './import-job.js';

const done = z.object({ loaded: z.number(), before: z.boolean().optional(), rejected: z.array(z.object({ line: z.number() })) });
const badRow = z.object({ line: z.number(), field: z.string().optional(), message: z.string() });
const refused = z.object({ status: z.object({ message: z.string() }) });

/** Imports through the gateway that holds the store. */
export async function importOverHttp(gateway: HoldingGateway, { list, file, skipBad, source }: ImportJob): Promise<ImportDone> {
  const { status, body } = await answerOf(gateway, () =>
    gateway.ask('POST', `/lists/${encodeURIComponent(list.name)}/import`, { query: { file, skipBad: skipBad ? 'true' : undefined }, body: source }),
  );
  if (status === 200) {
    const { loaded, rejected, before = false } = done.parse(body);
    return { loaded, before, rejected: new Set(rejected.map(({ line }) => line)), told: () => Promise.resolve() };
  }
  const bad = badRow.safeParse(body);
  if (bad.success) {
    const { line, field, message } = bad.data;
    throw new BadRecord({ line, message, ...(field !== undefined && { field }) });
  }
  const reason = refused.safeParse(body).data?.status.message ?? `HTTP status ${status}`;
  throw new UserError(`the gateway at ${gateway.origin}, which has the store open, refused the import: ${reason}${hintFor(status)}`);
}

async function answerOf({ origin }: HoldingGateway, asked: () => Promise<HttpAnswer>): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const { status, body } = await asked();
    return { status, body: await readJson(Readable.from(body)) };
  } catch (error) {
    throw new UserError(`the gateway at ${origin}, which has the store open, did not take the import: ${error instanceof Error ? error.message : String(error)}`);
  }
}
