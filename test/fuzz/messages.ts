import { attributesOf, type Attribute, type Dialect, type Message, makeMessage, messagesOf, messageType } from '../../protocol/index.js';
import { SPRING } from '../support/gateway.js';
import type { Dice } from './dice.js';
import { anyText, anyValue, changeList, userRequest } from './values.js';

/** One lane of clients: its DN is nobody else's, unless a change has it so. */
export interface Seat {
  readonly dn: string;
  readonly agent: string;
}

/** What a client begins with: a session that is as it should be, up to any of its steps. */
export function prelude(dice: Dice, dialect: Dialect, { dn, agent }: Seat): readonly Message[] {
  const whole: readonly Message[] = dialect === 'GSW_CM'
    ? [
      makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'fuzz' }),
      makeMessage('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrReferenceID: 2, GSW_CM_AttrCampaignID: SPRING.campaign }),
    ]
    : [
      makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'fuzz' }),
      makeMessage('RequestRegisterAddress', { AttributeReferenceID: 2, AttributeThisDN: dn }),
      makeMessage('RequestAgentLogin', { AttributeReferenceID: 3, AttributeThisDN: dn, AttributeAgentID: agent }),
      makeMessage('RequestAgentReady', { AttributeReferenceID: 4, AttributeThisDN: dn }),
    ];
  return dice.oneIn(6) ? whole.slice(0, dice.below(whole.length)) : whole;
}

const reference = (dice: Dice): number => (dice.oneIn(50) ? dice.one([0, -1, 0x7fff_ffff]) : 1 + dice.below(1000));

/** A request that could be sent, whenever it comes. Those that have the store write are rare, or nothing else would be tried. */
export function anyRequest(dice: Dice, dialect: Dialect, seat: Seat): Message {
  return dialect === 'GSW_CM' ? directRequest(dice) : desktopRequest(dice, seat);
}

const CAMPAIGN_REQUESTS = [
  'GSW_CM_ReqLoadCampaign', 'GSW_CM_ReqUnloadCampaign', 'GSW_CM_ReqStartDialing', 'GSW_CM_ReqStopDialing', 'GSW_CM_ReqSetDialingMode',
  'GSW_CM_ReqForceUnloadCampaign', 'GSW_CM_ReqCompleteCampaign',
] as const;

function directRequest(dice: Dice): Message {
  const GSW_CM_AttrReferenceID = reference(dice);
  const session = { GSW_CM_AttrReferenceID, GSW_CM_AttrSessionID: SPRING.dbid };
  switch (dice.below(40)) {
    case 0:
      return makeMessage(dice.one(CAMPAIGN_REQUESTS), { ...session, ...(dice.oneIn(2) && { GSW_CM_AttrProperties: [{ key: 'GSW_AUTO_COMPLETION', value: anyValue(dice) }] }) });
    case 1:
    case 2:
      return makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID, GSW_CM_AttrClientName: anyText(dice) });
    case 3:
      return makeMessage('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrReferenceID, GSW_CM_AttrCampaignID: SPRING.campaign });
    case 4:
      return makeMessage('GSW_CM_ReqCampaignUnregistered', { GSW_CM_AttrReferenceID, GSW_CM_AttrCampaignID: SPRING.campaign });
    case 5:
      return makeMessage('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: GSW_CM_AttrReferenceID });
    default:
      return dice.oneIn(2) ? makeMessage('GSW_CM_ReqGetCampaignStatus', session) : makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID });
  }
}

function desktopRequest(dice: Dice, { dn, agent }: Seat): Message {
  const on = { AttributeReferenceID: reference(dice), AttributeThisDN: dn };
  switch (dice.below(60)) {
    case 0:
      return makeMessage('RequestAgentLogin', { ...on, AttributeAgentID: agent });
    case 1:
      return makeMessage('RequestAgentLogout', on);
    case 2:
      return makeMessage(dice.one(['RequestAgentReady', 'RequestAgentNotReady']), on);
    case 3:
      return makeMessage(dice.one(['RequestRegisterAddress', 'RequestUnregisterAddress']), on);
    case 4:
      return makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: anyText(dice) });
    case 5:
    case 6:
    case 7:
      return makeMessage(dice.one(['RequestDistributeUserEvent', 'RequestSendEvent']), { ...on, AttributeUserData: userRequest(dice) });
    default:
      return makeMessage('RequestHeartbeat', { AttributeReferenceID: on.AttributeReferenceID });
  }
}

/** Another message that can be written: other attributes, values, types, order, number. */
export function changeMessage(dice: Dice, message: Message): Message {
  const { dialect } = message;
  const attributes: Attribute[] = [...message.attributes];
  let { type } = message;
  for (let changes = 1 + dice.below(3); changes > 0; changes -= 1) {
    const at = dice.below(attributes.length + 1);
    const attribute = attributes[at];
    if (dice.oneIn(8)) type = dice.oneIn(2) ? dice.below(65_536) : messageType(dice.one(messagesOf(dialect))?.name ?? 'EventError');
    else if (attribute === undefined || dice.oneIn(6)) attributes.splice(at, 0, { id: dice.oneIn(3) ? dice.below(65_536) : dice.one(attributesOf(dialect))?.id ?? 1, value: anyValue(dice) });
    else if (dice.oneIn(5)) attributes.splice(at, 1);
    else if (dice.oneIn(6)) attributes.push(...attributes.splice(at, 1), attribute);
    else if (attribute.value.type === 'kvlist') attributes[at] = { id: attribute.id, value: { type: 'kvlist', value: changeList(dice, attribute.value.value) } };
    else attributes[at] = { id: attribute.id, value: sameType(dice, attribute) };
  }
  return { dialect, type, attributes };
}

/** Mostly of the type that it had, so that what is behind the type's check is reached. */
function sameType(dice: Dice, { value }: Attribute): Attribute['value'] {
  for (let tries = 0; tries < 8; tries += 1) {
    const other = anyValue(dice);
    if (other.type === value.type) return other;
  }
  return anyValue(dice);
}
