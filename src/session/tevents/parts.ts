import type { Audit } from '../../access/audit.js';
import type { Door } from '../../access/door.js';
import type { AgentPool } from '../../agent/pool.js';
import type { Deployment } from '../../config/deployment.js';
import type { DnDirectory } from '../../directory/dn-directory.js';
import type { Gateway } from '../../service/gateway.js';
import type { Clock } from '../../util/clock.js';
import type { DesktopLine } from './desktop-line.js';

/** What all sessions of the T-Event dialect share. */
export interface TEventParts {
  readonly gateway: Gateway;
  readonly deployment: Deployment;
  readonly agents: AgentPool<object>;
  readonly dns: DnDirectory<DesktopLine>;
  readonly door: Door;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: { info(message: string, fields?: Record<string, unknown>): void };
}
