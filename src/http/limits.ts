/**
 * What one HTTP request may cost beside the limits of the configuration; each with the failure that it prevents. Times in
 * milliseconds.
 */

/** Lists inside lists could exhaust the stack of whoever reads them; the wire allows as many levels. */
export const BODY_DEPTH = 16;
/** How often headers that do not come are looked for, at most. */
export const CONNECTIONS_CHECK_MS = 5_000;
/** Of a request that takes as long as its lists are; the longest that a timer can wait. */
export const NO_TIMEOUT_MS = 2 ** 31 - 1;
/** A connection that has had its answer and asks nothing more would hold a descriptor. */
export const IDLE_TIMEOUT_MS = 72_000;
/** An import that sends nothing any more would keep its staged rows. */
export const IMPORT_IDLE_TIMEOUT_MS = 30_000;
/** A peer that has its answer and sends the rest of its body for ever would hold a connection. */
export const BODY_DRAIN_MS = 10_000;
/** A file of nothing but bad rows would be gathered in memory for the answer. */
export const REJECTED_ROWS = 10_000;
/** What the server keeps for an answer beside its body: its head, and the response itself. */
export const ANSWER_HEAD_BYTES = 1024;
/** How often within limits.drainTimeout a connection is looked at that has not taken its answers. */
export const DRAIN_LOOKS = 4;
/** A header or an address would come back in the answer, however long it is. */
export const SHOWN_CHARACTERS = 100;
/** How often a closing server looks for connections that nobody uses any more. */
export const IDLE_CHECK_MS = 50;
