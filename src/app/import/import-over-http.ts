import { z } from 'zod';
import { BadRecord } from '../../service/importer.js';
import { UserError } from '../../cli/errors.js';
import { causeOf, credentials, hintFor } from '../store-or-gateway.js';
import type { ImportDone, ImportJob } from './import-job.js';

const done = z.object({ loaded: z.number(), before: z.boolean().optional(), rejected: z.array(z.object({ line: z.number() })) });
const badRow = z.object({ line: z.number(), field: z.string().optional(), message: z.string() });
const refused = z.object({ status: z.object({ message: z.string() }) });

/** Imports through the gateway that holds the store. `http` is the base of its HTTP listener, as its lock names it. */
export async function importOverHttp(http: string, job: ImportJob): Promise<ImportDone> {
  const url = new URL(`/lists/${encodeURIComponent(job.list.name)}/import`, http);
  url.searchParams.set('file', job.file);
  if (job.skipBad) url.searchParams.set('skipBad', 'true');
  const { status, body } = await post(url, job);
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
  throw new UserError(`the gateway at ${url.origin}, which has the store open, refused the import: ${reason}${hintFor(status)}`);
}

async function post(url: URL, { deployment, as, source }: ImportJob): Promise<{ status: number; body: unknown }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', ...credentials(deployment, as) },
      body: source,
      duplex: 'half',
    });
    return { status: answer.status, body: await answer.json() };
  } catch (error) {
    throw new UserError(`the gateway at ${url.origin}, which has the store open, did not take the import: ${causeOf(error)}`);
  }
}
