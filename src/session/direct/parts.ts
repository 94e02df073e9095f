import type { Audit } from '../../access/audit.js';
import type { Door } from '../../access/door.js';
import type { Deployment, DirectListener } from '../../config/deployment.js';
import type { Subscriptions } from '../../directory/subscriptions.js';
import type { Gateway } from '../../service/gateway.js';
import type { Line } from '../line.js';

/** What all sessions of the direct dialect share. */
export interface DirectParts {
  readonly gateway: Gateway;
  readonly deployment: Deployment;
  readonly unsolicited: DirectListener['unsolicited'];
  readonly subscriptions: Subscriptions<Line>;
  readonly door: Door;
  readonly audit: Audit;
}
