import type { Readable } from 'node:stream';
import { z } from 'zod';
import { BadRecord, ImportInterrupted, ImportRefused, type RejectedRow } from '../service/importer.js';
import { callerOf } from './access.js';
import type { HttpApp } from './app.js';
import { CSV_TYPE } from './content-types.js';
import { errorSchema } from './errors.js';
import { HttpFault } from './fault.js';
import { IMPORT_IDLE_TIMEOUT_MS, NO_TIMEOUT_MS, REJECTED_ROWS } from './limits.js';
import type { HttpParts } from './parts.js';
import { timedChunks } from './timed-chunks.js';

const params = z.strictObject({ name: z.string() });
const querystring = z.strictObject({
  skipBad: z.enum(['true', 'false']).optional(),
  /** By which an import that was interrupted is known again. */
  file: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'the SHA-256 of the body, in hex' })
    .optional(),
});

/** Streamed, and checked as it comes. */
const records = z.unknown().meta({ type: 'string', description: 'a header of column names, then one record a line' });

const rejected = z.object({
  line: z.number().meta({ description: 'from 1' }),
  field: z.string().optional().meta({ description: 'absent where the row as a whole is wrong' }),
  message: z.string(),
});
const loaded = z.object({
  loaded: z.number(),
  rejected: z.array(rejected),
  before: z.literal(true).optional().meta({ description: 'the whole file was in the list already: only the answer had been interrupted' }),
});

/** A file that is refused for one of its lines says which; any other refusal is as elsewhere. */
const refusal = z.union([rejected, errorSchema]);

/**
 * A file of records, streamed into a list. Without skipBad the first bad line is told and nothing is
 * kept; with it the good rows are, and every bad one is told. A file that is announced by its hash goes on, when
 * it is sent again, where it was interrupted.
 */
export function listImportRoute(app: HttpApp, { importer, clock, metrics }: HttpParts): void {
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  app.post(
    '/lists/:name/import',
    {
      handlerTimeout: NO_TIMEOUT_MS,
      config: { contentType: CSV_TYPE },
      schema: {
        operationId: 'importRecords',
        summary: 'Loads a file of records into a calling list',
        consumes: [CSV_TYPE],
        params,
        querystring,
        body: records,
        response: { 200: loaded, 400: refusal, '4xx': errorSchema, '5xx': errorSchema },
      },
    },
    async (request, reply) => {
      const bad: RejectedRow[] = [];
      const onRejected = (row: RejectedRow): void => {
        if (bad.push(row) > REJECTED_ROWS) {
          throw new HttpFault('InvalidParameter', `more than ${REJECTED_ROWS} bad rows; nothing is kept: see to the file first`);
        }
      };
      try {
        const body = request.body as Readable | undefined;
        const chunks = body === undefined ? [] : timedChunks(body, { clock, idleMs: IMPORT_IDLE_TIMEOUT_MS, signal: closing.signal });
        const { skipBad, file } = request.query;
        const options = { by: callerOf(request), ...(skipBad === 'true' && { onRejected }), ...(file !== undefined && { file }) };
        const result = await importer.run(request.params.name, chunks, options);
        reply.raw.once('finish', () => void result.told());
        return reply.code(200).send({ loaded: result.loaded, rejected: bad, ...(result.before && { before: true as const }) });
      } catch (error) {
        if (error instanceof BadRecord) {
          metrics.refused('InvalidParameter');
          return reply.code(400).send(error.row);
        }
        if (error instanceof ImportRefused) throw new HttpFault('WrongConfiguration', error.message, { status: error.reason === 'unknownList' ? 404 : 409 });
        if (error instanceof ImportInterrupted) throw new HttpFault('ServerConnectionError', error.message);
        throw error;
      }
    },
  );
}
