import { MAX_LIST_DEPTH } from '../codec/layout.js';
import type { FrameLimits } from './profile.js';

/** What a listener takes when its configuration says nothing. */
export const DEFAULT_LIMITS: FrameLimits = { frameBytes: 1024 * 1024, listDepth: MAX_LIST_DEPTH, entries: 10_000 };
