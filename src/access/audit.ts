import type { FlagInput } from '../campaign/auto-completion.js';
import type { GroupTarget } from '../campaign/requests.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { Protocol } from './roles.js';

/** A campaign request, as far as it was understood when it was done or refused. */
export interface Audited {
  readonly protocol: Protocol;
  /** The name with which the client has registered; absent where it has not, or where nobody needs to. */
  readonly client?: string | undefined;
  /** Address of the peer. */
  readonly from: string;
  /** Kind of the request; a name that is none, where it is unknown; absent where there is no name. */
  readonly request?: string | undefined;
  readonly target?: GroupTarget | undefined;
  /** GSW_AUTO_COMPLETION, where the request has it. */
  readonly flag?: FlagInput | undefined;
}

/** What became of it. `group`: which the request named, where there is one. */
export type AuditedOutcome =
  | { readonly kind: 'done' | 'waiting' | 'status'; readonly snapshot: { readonly group: CampaignGroup } }
  | { readonly kind: 'refused'; readonly refusal: { readonly code: string }; readonly group?: CampaignGroup | undefined };

interface AuditLog {
  info(message: string, fields?: Record<string, unknown>): void;
}

/** Longest text of a client's own that a line repeats. */
const LONGEST_TEXT = 64;

/** One line in the program's log for every campaign request: who, from where, what, and what became of it (README.md, "Audit"). */
export class Audit {
  constructor(private readonly log: AuditLog) {}

  record({ protocol, client, from, request, target = {}, flag }: Audited, outcome: AuditedOutcome): void {
    const group = outcome.kind === 'refused' ? outcome.group : outcome.snapshot.group;
    this.log.info('audit', {
      protocol,
      client,
      from,
      request: request?.slice(0, LONGEST_TEXT),
      campaign: group?.campaign.dbid ?? target.campaignId,
      group: group?.group.dbid ?? target.groupId,
      session: group?.dbid ?? target.sessionId,
      flag: flag && describeFlag(flag),
      outcome: outcome.kind,
      code: outcome.kind === 'refused' ? outcome.refusal.code : undefined,
    });
  }

  /** A request that was refused before the engine was asked. */
  refused(audited: Audited, code: string): void {
    this.record(audited, { kind: 'refused', refusal: { code } });
  }
}

function describeFlag(flag: FlagInput): string {
  switch (flag.kind) {
    case 'integer':
      return String(flag.value);
    case 'text':
      return flag.value.slice(0, LONGEST_TEXT);
    case 'other':
      return flag.what;
  }
}
