/**
 * The wire protocol as a library: bytes to messages and back, the dictionaries, and the trace form.
 * Pure: no sockets, no timers, no logging. See protocol/README.md for the format.
 */
export * from './codec/errors.js';
export * from './codec/make-message.js';
export type * from './codec/message.js';
export * from './codec/read-message.js';
export type { AttributesOf, AttributeValue } from './codec/typed.js';
export * from './codec/value.js';
export * from './dictionary/dictionary.js';
export * from './dictionary/enumerations.js';
export * from './dictionary/keys.js';
export type * from './dictionary/spec.js';
export * from './grammar/frame-grammar.js';
export * from './grammar/header.js';
export * from './profile/limits.js';
export * from './profile/ocm1.js';
export type * from './profile/profile.js';
export * from './profile/profiles.js';
export { describeMessage } from './trace/describe.js';
export * from './trace/entry.js';
export { describeLeaf, parseLiteral } from './trace/literal.js';
export type { TraceOptions } from './trace/masking.js';
export * from './trace/parse.js';
export * from './trace/reveal.js';
