import { expect } from 'chai';

import { makeMessage, readMessage } from '../../../protocol/index.js';
import type { AttributesOf, AttributeValue, KvList, MessageName, ReadMessage } from '../../../protocol/index.js';

/*
 * The types that derive from the dictionary. The compiler is the test: each constant below compiles
 * only while the type is what it says.
 */
type Equal<A, B> = [A, B] extends [B, A] ? true : false;
type Accepts<T, V> = V extends T ? true : false;
const holds = <T extends true>(claim: T): T => claim;

describe('types of the dictionary', () => {
  it('follow the type of each attribute', () => {
    expect([
      holds<Equal<AttributeValue<'GSW_CM_AttrCampaignID'>, number>>(true),
      holds<Equal<AttributeValue<'GSW_CM_AttrErrorMessage'>, string>>(true),
      holds<Equal<AttributeValue<'AttributeUserData'>, KvList>>(true),
      holds<Equal<AttributeValue<'AttributeEventSequenceNumber'>, bigint>>(true),
    ]).to.not.include(false);
  });

  it('want what is required, allow what may be carried, and nothing else', () => {
    type Load = AttributesOf<'GSW_CM_ReqLoadCampaign'>;
    expect([
      holds<Accepts<Load, { GSW_CM_AttrReferenceID: number }>>(true),
      holds<Equal<Accepts<Load, { GSW_CM_AttrCampaignID: number }>, false>>(true),
      holds<Equal<Accepts<Load, { GSW_CM_AttrReferenceID: string }>, false>>(true),
      holds<Equal<'GSW_CM_AttrDialMode' extends keyof Load ? true : false, false>>(true),
      holds<'GSW_CM_AttrDialMode' extends keyof AttributesOf<'GSW_CM_ReqStartDialing'> ? true : false>(true),
      holds<Accepts<AttributesOf<'GSW_CM_EvHeartbeat'>, { GSW_CM_AttrRequestID: number }>>(true),
    ]).to.not.include(false);
  });

  it('tell messages apart by name', () => {
    const read = readMessage(makeMessage('RequestAgentLogin', { AttributeThisDN: '7001', AttributeAgentID: '1001' }));
    if (read.kind === 'wrong' || read.name !== 'RequestAgentLogin') throw new Error('not what was made');
    const agent: string = read.attributes.AttributeAgentID;
    const reference: number | undefined = read.attributes.AttributeReferenceID;
    expect([agent, reference]).to.deep.equal(['1001', undefined]);
    expect(holds<Equal<ReadMessage['name'], MessageName>>(true)).to.equal(true);
  });
});
