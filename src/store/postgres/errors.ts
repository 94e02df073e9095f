import { DatabaseError } from 'pg';
import { StatementFailed, StoreAway } from '../client.js';

/** The transaction was chosen to give way to another: nothing of it was done, and it may be tried again. */
export class Conflict extends StoreAway {}

/** serialization_failure, deadlock_detected. */
const CONFLICTS = new Set(['40001', '40P01']);
/**
 * Nothing is wrong with the statement: connection exceptions (08), not authorized or no such database
 * when a line is opened again (28, 3D), out of resources (53: connections, memory, disk), a standby or a
 * server that takes no writes (25006), the server stops, starts or has cancelled what took too long
 * (57), the system beneath it failed (58), the session was ended while it idled in a transaction (25P03).
 */
const AWAY = /^(?:08|28|3D|53|57|58)|^(?:25006|25P03)$/;
/** Of these the session is not ended by what it says. */
const LINE_STAYS = /^(?:53[124]|57014|58|25006)/;

/** What an error of the driver means, and whether its session can be used on. */
export function judge(error: unknown, where: string): { readonly error: Error; readonly lineLost: boolean } {
  if (error instanceof StoreAway || error instanceof StatementFailed) return { error, lineLost: false };
  const message = error instanceof Error ? reasonOf(error) : String(error);
  if (!(error instanceof DatabaseError) || error.code === undefined) {
    // no answer of the server: the line is cut, or it did not answer in time
    return { error: new StoreAway(`PostgreSQL at ${where}: ${message}`, { cause: error }), lineLost: true };
  }
  const { code } = error;
  if (CONFLICTS.has(code)) return { error: new Conflict(`PostgreSQL at ${where}: ${message}`, { cause: error }), lineLost: false };
  if (AWAY.test(code)) {
    return { error: new StoreAway(`PostgreSQL at ${where}: ${message} (${code})`, { cause: error }), lineLost: !LINE_STAYS.test(code) };
  }
  return { error: new StatementFailed(message, code, { cause: error }), lineLost: error.severity === 'FATAL' || error.severity === 'PANIC' };
}

/** A host with several addresses fails with an error that has no words of its own. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError) return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join(', ');
  return 'code' in error ? String(error.code) : error.name;
}

/** Why no session could be opened, with what to do about it. */
export function connectFailure(error: unknown, where: string, timeoutMs: number): StoreAway {
  const code = error instanceof DatabaseError ? error.code : undefined;
  const message = error instanceof Error ? reasonOf(error) : String(error);
  if (code?.startsWith('28') === true || /password/i.test(message)) {
    return away(`refuses this user (${message}): correct store.url, or give the password in OCM_STORE_URL or PGPASSWORD`);
  }
  if (code === '3D000') return away(`has no such database (${message}): create it, or correct store.url`);
  if (code === '53300') return away(`has no connection left (${message}): raise its max_connections, or lower store.connections`);
  return away(`cannot be reached within ${timeoutMs} ms (${message}): start it, or correct store.url`);

  function away(what: string): StoreAway {
    return new StoreAway(`the store: PostgreSQL at ${where} ${what}`, { cause: error });
  }
}
