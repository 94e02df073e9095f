/** What one HTTP request may cost; each with the failure that it prevents. Times in milliseconds. */

/** A body of any size would be gathered in memory before it is read. */
export const BODY_BYTES = 2 ** 20;
/** Lists inside lists could exhaust the stack of whoever reads them; the wire allows as many levels. */
export const BODY_DEPTH = 16;
/** A peer that never ends its headers would hold a connection for ever. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** How often the above is looked at. */
export const CONNECTIONS_CHECK_MS = 5_000;
/** A peer that never ends its body, or a store that does not answer, would have the request wait for ever. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** A connection that has had its answer and asks nothing more would hold a descriptor. */
export const IDLE_TIMEOUT_MS = 72_000;
/** An import that sends nothing any more would keep its staged rows. */
export const IMPORT_IDLE_TIMEOUT_MS = 30_000;
/** A peer that has its answer and sends the rest of its file for ever would hold a connection. */
export const IMPORT_DRAIN_MS = 10_000;
/** A file of nothing but bad rows would be gathered in memory for the answer. */
export const REJECTED_ROWS = 10_000;
/** How often a closing server looks for connections that nobody uses any more. */
export const IDLE_CHECK_MS = 50;
