import type { SqlParam, SqlRow } from '../client.js';

/** What crosses between the gateway's thread and the store's. No params: several statements, run as a script. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: 'query'; readonly text: string; readonly params?: readonly SqlParam[] }
  | { readonly id: number; readonly kind: 'close' };

export type WorkerReply =
  | { readonly id: number; readonly rows: SqlRow[]; readonly affected: number }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };
