import type { Audit } from '../../access/audit.js';
import type { Deployment, DirectListener } from '../../config/deployment.js';
import type { Subscriptions } from '../../directory/subscriptions.js';
import type { Gateway } from '../../service/gateway.js';
import type { Clients } from '../clients.js';
import type { Line } from '../line.js';

/** What all sessions of the direct dialect share. */
export interface DirectParts {
  readonly gateway: Gateway;
  readonly deployment: Deployment;
  readonly unsolicited: DirectListener['unsolicited'];
  readonly subscriptions: Subscriptions<Line>;
  readonly clients: Clients;
  readonly audit: Audit;
}
