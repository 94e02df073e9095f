import { type KvList, makeMessage, type Message, readMessage } from '../../../protocol/index.js';
import { REQUEST_NAMES } from '../../campaign/request-names.js';
import type { CampaignRequest } from '../../campaign/requests.js';
import type { Gateway } from '../../service/gateway.js';
import type { CampaignOutcome } from '../../service/ports.js';
import type { Tracer } from '../tracer.js';
import { isCampaignMessage, toCampaignRequest } from './campaign-request.js';
import { answerOf } from './events.js';

/** ReferenceID is an int and not 0: behind the largest comes 1 again. */
const LARGEST_REFERENCE = 0x7fffffff;

export interface InternalClientParts {
  readonly gateway: Pick<Gateway, 'request'>;
  readonly tracer: Tracer;
  /** The number in brackets behind OCMClient in the trace. */
  readonly connection: number;
}

/** A campaign request before it is a message; its properties keep their types. */
export interface InternalRequest extends Omit<CampaignRequest, 'autoCompletion'> {
  readonly properties: KvList;
}

/**
 * A client of the direct protocol without a connection: what comes over another protocol as OCS's own
 * requests is served, and traced, as the messages that such a client would send and get.
 */
export class InternalClient {
  #lastReference = 0;

  constructor(private readonly parts: InternalClientParts) {}

  /** Sends a request and answers what became of it. The engine answers every request once, refusals too. */
  request(request: InternalRequest): Promise<CampaignOutcome> {
    const { gateway, tracer, connection } = this.parts;
    const reference = (this.#lastReference % LARGEST_REFERENCE) + 1;
    this.#lastReference = reference;
    const message = toMessage(request, reference);
    tracer.message(connection, 'received', message);
    const read = readMessage(message);
    if (read.kind === 'wrong' || !isCampaignMessage(read)) throw new Error(`an internal request is not as the dictionary says: ${request.kind}`);
    const asked = toCampaignRequest(read, request.by, request.names);
    return new Promise((resolve) => {
      gateway.request(asked, {
        answer(outcome) {
          tracer.message(connection, 'sent', answerOf(outcome, reference, asked.target));
          resolve(outcome);
        },
      });
    });
  }
}

function toMessage({ kind, target, properties, dialMode, optimizeBy, optimizeGoal }: InternalRequest, reference: number): Message {
  const names = REQUEST_NAMES.find((one) => one.kind === kind);
  if (names === undefined) throw new Error(`${kind} has no name in the direct protocol`);
  const attributes = {
    GSW_CM_AttrReferenceID: reference,
    GSW_CM_AttrCampaignID: target.campaignId,
    GSW_CM_AttrGroupID: target.groupId,
    GSW_CM_AttrSessionID: target.sessionId,
    GSW_CM_AttrProperties: properties.length === 0 ? undefined : properties,
  };
  // of mode and optimisation a message carries what its dictionary entry names, and no more
  const tuning = { GSW_CM_AttrDialMode: dialMode, GSW_CM_AttrOptimizeBy: optimizeBy, GSW_CM_AttrOptimizeGoal: optimizeGoal };
  return makeMessage(`GSW_CM_Req${names.direct}`, { ...attributes, ...tuning });
}
