import { expect } from 'chai';
import type { ConfigErrorCode } from '../../src/config/config-error.js';
import { parseConfig } from '../../src/config/load.js';
import { configErrorOf, parseChanged, parseObject } from './support.js';
import type { SmallConfig } from './support.js';

interface Wrong {
  readonly what: string;
  readonly change: (config: SmallConfig) => void;
  readonly code: ConfigErrorCode;
  readonly path: string;
  /** Texts that the message must hold, beside the path. */
  readonly says: readonly string[];
}

const INT32 = 'an integer from 1 to 2147483647';

const PLAIN = { dbid: 601, name: 'RetryBusy', callResult: 'Busy' };
const CYCLE = { ...PLAIN, action: 'Cycle', attempts: 3, interval: '30m' };

/** One row for each way in which a configuration can be wrong. */
const WRONG: readonly Wrong[] = [
  { what: 'an unknown key at the top', change: (c) => Object.assign(c, { sever: {} }), code: 'UnknownKey', path: 'sever', says: ['unknown key', 'server, listeners'] },
  { what: 'an unknown key inside', change: (c) => (c.limits['frameByte'] = '1MiB'), code: 'UnknownKey', path: 'limits.frameByte', says: ['frameBytes'] },
  { what: 'an unknown key in a list', change: (c) => (c.agents[1]!['nick'] = 'G'), code: 'UnknownKey', path: 'agents[1].nick', says: ['one of id, name, password'] },
  { what: 'an unknown listener', change: (c) => (c.listeners['https'] = { port: 1 }), code: 'UnknownKey', path: 'listeners.https', says: ['direct, tevents, http'] },
  { what: 'a misspelt key and, for it, a missing one', change: (c) => (c.server = { dbId: 1 }), code: 'UnknownKey', path: 'server.dbId', says: ['dbid'] },
  { what: 'no server', change: (c) => delete (c as Partial<SmallConfig>).server, code: 'MissingKey', path: 'server', says: ['found nothing', 'a mapping with dbid, name'] },
  { what: 'no server.dbid', change: (c) => delete c.server['dbid'], code: 'MissingKey', path: 'server.dbid', says: ['found nothing', INT32] },
  { what: 'no store', change: (c) => delete (c as Partial<SmallConfig>).store, code: 'MissingKey', path: 'store', says: ['url'] },
  { what: 'no listeners', change: (c) => delete (c as Partial<SmallConfig>).listeners, code: 'MissingKey', path: 'listeners', says: ['direct, tevents, http'] },
  { what: 'an empty listeners', change: (c) => (c.listeners = {}), code: 'WrongValue', path: 'listeners', says: ['at least one'] },
  { what: 'a listener without a port', change: (c) => (c.listeners['direct'] = {}), code: 'MissingKey', path: 'listeners.direct.port', says: ['0 to 65535'] },
  { what: 'a port that is none', change: (c) => (c.listeners['direct'] = { port: 65536 }), code: 'WrongValue', path: 'listeners.direct.port', says: ['found 65536', '65535'] },
  { what: 'a port as text', change: (c) => (c.listeners['direct'] = { port: '7010' }), code: 'WrongValue', path: 'listeners.direct.port', says: ['found "7010"'] },
  { what: 'a host with blanks', change: (c) => (c.listeners['http']!['host'] = 'my host'), code: 'WrongValue', path: 'listeners.http.host', says: ['a host name'] },
  { what: 'an unknown profile', change: (c) => (c.listeners['tevents'] = { port: 1, profile: 'tlib' }), code: 'WrongValue', path: 'listeners.tevents.profile', says: ['found "tlib"', 'ocm1'] },
  { what: 'an unknown unsolicited', change: (c) => (c.listeners['direct'] = { port: 1, unsolicited: 'all' }), code: 'WrongValue', path: 'listeners.direct.unsolicited', says: ['subscribed, registered'] },
  { what: 'two listeners on one port', change: (c) => (c.listeners['direct'] = { port: 8098 }), code: 'Duplicate', path: 'listeners.http.port', says: ['127.0.0.1:8098'] },
  { what: 'another host without clients', change: (c) => (c.listeners['http']!['host'] = '0.0.0.0'), code: 'WrongValue', path: 'listeners.http.host', says: ['"0.0.0.0"', 'clients', 'only this machine'] },
  {
    what: 'another host and clients with nothing but a name',
    change: (c) => {
      c.listeners['http']!['host'] = '::';
      c['clients'] = [{ name: 'boss', roles: ['supervisor'] }, { name: 'desk', password: 'd', roles: ['agent'] }, { name: 'eye', roles: ['monitor'] }];
    },
    code: 'WrongValue',
    path: 'listeners.http.host',
    says: ['"::"', 'anybody could connect as "boss", "eye"'],
  },
  {
    what: 'another host and many clients with nothing but a name',
    change: (c) => {
      c.listeners['http']!['host'] = '::';
      c['clients'] = Array.from({ length: 12 }, (_, index) => ({ name: `c${index}`, roles: ['agent'] }));
    },
    code: 'WrongValue',
    path: 'listeners.http.host',
    says: ['"c9" and 2 more'],
  },
  { what: 'every IPv6 host without clients', change: (c) => (c.listeners['http']!['host'] = '::'), code: 'WrongValue', path: 'listeners.http.host', says: ['"::"'] },
  { what: 'a certificate without a key', change: (c) => (c['tls'] = { cert: 'x' }), code: 'MissingKey', path: 'tls.key', says: ['cert and key'] },
  { what: 'a key of a listener without a certificate', change: (c) => (c.listeners['http']!['tls'] = { key: 'x' }), code: 'MissingKey', path: 'listeners.http.tls.cert', says: ['cert and key'] },
  { what: 'a certificate that is no path', change: (c) => (c['tls'] = { cert: '', key: 'x' }), code: 'WrongValue', path: 'tls.cert', says: ['a path'] },
  { what: 'a store that is none', change: (c) => (c.store['url'] = 'sqlite:x'), code: 'WrongValue', path: 'store.url', says: ['found a string', 'pglite:'] },
  { what: 'a store without a directory', change: (c) => (c.store['url'] = 'pglite: '), code: 'WrongValue', path: 'store.url', says: ['a directory'] },
  { what: 'a store with an authority', change: (c) => (c.store['url'] = 'pglite://data'), code: 'WrongValue', path: 'store.url', says: ['found "pglite://data"', 'pglite:./data'] },
  { what: 'a mapping where text belongs', change: (c) => (c.store['url'] = {}), code: 'WrongValue', path: 'store.url', says: ['found a mapping'] },
  { what: 'an unknown log level', change: (c) => (c.log['level'] = 'loud'), code: 'WrongValue', path: 'log.level', says: ['"loud"', 'error, warn, info, debug'] },
  { what: 'a flag as text', change: (c) => (c.log['trace'] = 'yes'), code: 'WrongValue', path: 'log.trace', says: ['"yes"', 'true or false'] },
  { what: 'an empty path', change: (c) => (c.log['file'] = ''), code: 'WrongValue', path: 'log.file', says: ['a path'] },
  { what: 'an empty key', change: (c) => (c['log'] = null as never), code: 'WrongValue', path: 'log', says: ['found nothing', 'a mapping'] },
  { what: 'an unknown time zone', change: (c) => (c.timeZones[0]!['zone'] = 'Mars/Olympus'), code: 'WrongValue', path: 'timeZones[0].zone', says: ['Mars/Olympus', 'Etc/UTC'] },
  { what: 'a DBID of 0', change: (c) => (c.timeZones[0]!['dbid'] = 0), code: 'WrongValue', path: 'timeZones[0].dbid', says: ['found 0', INT32] },
  { what: 'a DBID outside int32', change: (c) => (c.groups[0]!['dbid'] = 2_147_483_648), code: 'WrongValue', path: 'groups[0].dbid', says: ['found 2147483648', INT32] },
  { what: 'a DBID with a fraction', change: (c) => (c.campaigns[0]!['dbid'] = 1.5), code: 'WrongValue', path: 'campaigns[0].dbid', says: ['found 1.5'] },
  { what: 'an agent id as a number', change: (c) => (c.agents[0]!['id'] = 1001), code: 'WrongValue', path: 'agents[0].id', says: ['found 1001', 'in quotes'] },
  { what: 'an agent id longer than its column', change: (c) => (c.agents[0]!['id'] = 'x'.repeat(65)), code: 'WrongValue', path: 'agents[0].id', says: ['1 to 64'] },
  { what: 'a name that would forge a log line', change: (c) => (c.groups[0]!['name'] = 'a\nb'), code: 'WrongValue', path: 'groups[0].name', says: ['printable'] },
  { what: 'a blank name', change: (c) => (c.groups[0]!['name'] = ' '), code: 'WrongValue', path: 'groups[0].name', says: ['printable'] },
  { what: 'a mapping where a list belongs', change: (c) => (c['agents'] = {} as never), code: 'WrongValue', path: 'agents', says: ['found a mapping', 'expected a list'] },
  { what: 'a bad table name', change: (c) => (c.callingLists[0]!['table'] = 'cl; drop table x'), code: 'WrongValue', path: 'callingLists[0].table', says: ['plain SQL table name'] },
  { what: 'a table name of three parts', change: (c) => (c.callingLists[0]!['table'] = 'a.b.c'), code: 'WrongValue', path: 'callingLists[0].table', says: ['schema.table'] },
  { what: 'a table name of 64 letters', change: (c) => (c.callingLists[0]!['table'] = 'x'.repeat(64)), code: 'WrongValue', path: 'callingLists[0].table', says: ['63'] },
  { what: 'no attempts at all', change: (c) => (c.callingLists[0]!['maxAttempts'] = 0), code: 'WrongValue', path: 'callingLists[0].maxAttempts', says: ['1 or more'] },
  { what: 'a bad time of day', change: (c) => (c.callingLists[0]!['from'] = '8:00'), code: 'WrongValue', path: 'callingLists[0].from', says: ['"8:00"', '"24:00"'] },
  { what: 'a time after the end of the day', change: (c) => (c.callingLists[0]!['until'] = '24:01'), code: 'WrongValue', path: 'callingLists[0].until', says: ['"24:01"'] },
  { what: 'a daily window of no length', change: (c) => Object.assign(c.callingLists[0]!, { from: '08:00', until: '08:00' }), code: 'WrongValue', path: 'callingLists[0].until', says: ['from'] },
  { what: 'a bad name of a custom field', change: (c) => (c.callingLists[0]!['customFields'] = { 'a-b': 'int' }), code: 'WrongValue', path: 'callingLists[0].customFields.a-b', says: ['plain SQL name'] },
  { what: 'an unknown type of a custom field', change: (c) => (c.callingLists[0]!['customFields'] = { a: 'text' }), code: 'WrongValue', path: 'callingLists[0].customFields.a', says: ['"text"', 'varchar(64)'] },
  { what: 'a varchar(0)', change: (c) => (c.callingLists[0]!['customFields'] = { a: 'varchar(0)' }), code: 'WrongValue', path: 'callingLists[0].customFields.a', says: ['varchar(64)'] },
  { what: 'a custom field named as one of every list', change: (c) => (c.callingLists[0]!['customFields'] = { Attempt: 'int' }), code: 'Duplicate', path: 'callingLists[0].customFields.Attempt', says: ['every list has'] },
  { what: 'a custom field twice, but for its case', change: (c) => (c.callingLists[0]!['customFields'] = { a: 'int', A: 'int' }), code: 'Duplicate', path: 'callingLists[0].customFields.A', says: ['once'] },
  { what: 'a filter without a condition', change: (c) => (c.callingLists[0]!['filter'] = { order: 'x' }), code: 'MissingKey', path: 'callingLists[0].filter.where', says: ['a condition'] },
  { what: 'a filter with an empty condition', change: (c) => (c.callingLists[0]!['filter'] = { where: ' ' }), code: 'WrongValue', path: 'callingLists[0].filter.where', says: ['a condition'] },
  { what: 'a filter with an empty order', change: (c) => (c.callingLists[0]!['filter'] = { where: 'x', order: '' }), code: 'WrongValue', path: 'callingLists[0].filter.order', says: ['an order'] },
  { what: 'two lists on one table', change: (c) => (c.callingLists[1]!['table'] = 'CL_Spring'), code: 'Duplicate', path: 'callingLists[1].table', says: ['cl_spring'] },
  { what: 'the do-not-call list on a list\'s table', change: (c) => (c.doNotCall['table'] = 'cl_spring'), code: 'Duplicate', path: 'doNotCall.table', says: ['cl_spring'] },
  { what: 'a bad do-not-call table', change: (c) => (c.doNotCall['table'] = '1x'), code: 'WrongValue', path: 'doNotCall.table', says: ['plain SQL'] },
  { what: 'a treatment of an unknown result', change: (c) => (c['treatments'] = [{ ...CYCLE, callResult: 'Bussy' }]), code: 'WrongValue', path: 'treatments[0].callResult', says: ['"Bussy"', 'Busy'] },
  { what: 'an unknown action', change: (c) => (c['treatments'] = [{ ...CYCLE, action: 'Redial' }]), code: 'WrongValue', path: 'treatments[0].action', says: ['Cycle, RetryIn'] },
  { what: 'a Cycle without attempts', change: (c) => (c['treatments'] = [{ ...CYCLE, attempts: undefined }]), code: 'MissingKey', path: 'treatments[0].attempts', says: ['Cycle'] },
  { what: 'a Cycle of no attempts', change: (c) => (c['treatments'] = [{ ...CYCLE, attempts: 0 }]), code: 'WrongValue', path: 'treatments[0].attempts', says: ['1 or more'] },
  { what: 'a Cycle without an interval', change: (c) => (c['treatments'] = [{ ...CYCLE, interval: undefined }]), code: 'MissingKey', path: 'treatments[0].interval', says: ['Cycle'] },
  { what: 'a redial without a pause', change: (c) => (c['treatments'] = [{ ...CYCLE, interval: '0s' }]), code: 'WrongValue', path: 'treatments[0].interval', says: ['more than 0'] },
  { what: 'a RetryIn without an interval', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'RetryIn' }]), code: 'MissingKey', path: 'treatments[0].interval', says: ['RetryIn'] },
  { what: 'a NextInChainAfter without an interval', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'NextInChainAfter' }]), code: 'MissingKey', path: 'treatments[0].interval', says: ['NextInChainAfter'] },
  { what: 'a RetryAtDate without a date', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'RetryAtDate' }]), code: 'MissingKey', path: 'treatments[0].dateTime', says: ['RetryAtDate'] },
  { what: 'a date that is none', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'RetryAtDate', dateTime: '02/29/2027 09:00' }]), code: 'WrongValue', path: 'treatments[0].dateTime', says: ['02/29/2027', 'MM/dd/yyyy HH:mm'] },
  { what: 'a key that its action has no use for', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'NextInChain', attempts: 3 }]), code: 'WrongValue', path: 'treatments[0].attempts', says: ['NextInChain'] },
  { what: 'an increment where nothing is repeated', change: (c) => (c['treatments'] = [{ ...PLAIN, action: 'RetryIn', interval: '1m', increment: '1m' }]), code: 'WrongValue', path: 'treatments[0].increment', says: ['RetryIn', 'interval'] },
  { what: 'an action that a failed personal callback cannot have', change: (c) => (c['treatments'] = [{ ...PLAIN, callResult: 'AgentCallBackError', action: 'NextInChain' }]), code: 'WrongValue', path: 'treatments[0].action', says: ['AssignToGroup'] },
  { what: 'a DBID of treatments twice', change: (c) => (c['treatments'] = [CYCLE, { ...CYCLE, name: 'Other' }]), code: 'Duplicate', path: 'treatments[1].dbid', says: ['601'] },
  { what: 'a list with an unknown treatment', change: (c) => (c.callingLists[1]!['treatments'] = ['RetryBusy']), code: 'DanglingReference', path: 'callingLists[1].treatments[0]', says: ['"RetryBusy"', 'treatments'] },
  { what: 'a treatment twice in a list', change: (c) => Object.assign(c, { treatments: [CYCLE] }).callingLists[0]!['treatments'] = [601, 'RetryBusy'], code: 'Duplicate', path: 'callingLists[0].treatments[1]', says: ['"RetryBusy"'] },
  { what: 'a Communication DN twice', change: (c) => (c.communicationDns = ['a', 'b', 'a']), code: 'Duplicate', path: 'communicationDns[2]', says: ['"a"'] },
  { what: 'a Communication DN as a number', change: (c) => (c.communicationDns = [7]), code: 'WrongValue', path: 'communicationDns[0]', says: ['found 7'] },
  { what: 'a DBID of time zones twice', change: (c) => c.timeZones.push({ dbid: 1, name: 'x', zone: 'Etc/UTC' }), code: 'Duplicate', path: 'timeZones[1].dbid', says: ['found 1 a second time'] },
  { what: 'a DBID of groups twice', change: (c) => (c.groups[1]!['dbid'] = 732), code: 'Duplicate', path: 'groups[1].dbid', says: ['732'] },
  { what: 'a DBID of lists twice', change: (c) => (c.callingLists[1]!['dbid'] = 501), code: 'Duplicate', path: 'callingLists[1].dbid', says: ['501'] },
  { what: 'a DBID of campaigns twice', change: (c) => (c.campaigns[1]!['dbid'] = 101), code: 'Duplicate', path: 'campaigns[1].dbid', says: ['101'] },
  { what: 'a DBID of campaign groups twice', change: (c) => (c.campaignGroups[1]!['dbid'] = 1001), code: 'Duplicate', path: 'campaignGroups[1].dbid', says: ['1001'] },
  { what: 'a name of lists twice', change: (c) => (c.callingLists[1]!['name'] = 'Spring'), code: 'Duplicate', path: 'callingLists[1].name', says: ['"Spring"'] },
  { what: 'a name of groups twice', change: (c) => (c.groups[1]!['name'] = 'Sales'), code: 'Duplicate', path: 'groups[1].name', says: ['"Sales"'] },
  { what: 'a name of campaigns twice', change: (c) => (c.campaigns[1]!['name'] = 'Spring'), code: 'Duplicate', path: 'campaigns[1].name', says: ['"Spring"'] },
  { what: 'an agent id twice', change: (c) => (c.agents[1]!['id'] = '1001'), code: 'Duplicate', path: 'agents[1].id', says: ['"1001"'] },
  { what: 'an agent twice in a group', change: (c) => (c.groups[0]!['agents'] = ['1001', '1001']), code: 'Duplicate', path: 'groups[0].agents[1]', says: ['"1001"'] },
  { what: 'a list twice in a campaign', change: (c) => (c.campaigns[0]!['lists'] = [{ list: 'Spring' }, { list: 501 }]), code: 'Duplicate', path: 'campaigns[0].lists[1].list', says: ['"Spring"'] },
  { what: 'a campaign and a group twice', change: (c) => Object.assign(c.campaignGroups[1]!, { campaign: 'Spring', group: 'Sales' }), code: 'Duplicate', path: 'campaignGroups[1]', says: ['Spring@Sales'] },
  { what: 'a group with an unknown agent', change: (c) => (c.groups[0]!['agents'] = ['1001', '9']), code: 'DanglingReference', path: 'groups[0].agents[1]', says: ['"9"', 'agents'] },
  { what: 'a campaign with an unknown list', change: (c) => (c.campaigns[1]!['lists'] = [{ list: 'Winter' }]), code: 'DanglingReference', path: 'campaigns[1].lists[0].list', says: ['"Winter"', 'Spring (501), Autumn (502)'] },
  { what: 'a campaign group of an unknown campaign', change: (c) => (c.campaignGroups[0]!['campaign'] = 103), code: 'DanglingReference', path: 'campaignGroups[0].campaign', says: ['found 103', 'Spring (101)'] },
  { what: 'a campaign group of an unknown group', change: (c) => (c.campaignGroups[0]!['group'] = '732'), code: 'DanglingReference', path: 'campaignGroups[0].group', says: ['found "732"', 'Sales (732)'] },
  { what: 'a reference that is neither name nor DBID', change: (c) => (c.campaignGroups[0]!['group'] = true), code: 'WrongValue', path: 'campaignGroups[0].group', says: ['found true', 'name or DBID'] },
  { what: 'a reference that is missing', change: (c) => delete c.campaignGroups[0]!['campaign'], code: 'MissingKey', path: 'campaignGroups[0].campaign', says: ['found nothing'] },
  { what: 'a negative weight', change: (c) => (c.campaigns[0]!['lists'] = [{ list: 'Spring', weight: -1 }]), code: 'WrongValue', path: 'campaigns[0].lists[0].weight', says: ['found -1', '0 or more'] },
  { what: 'an unknown dialing mode', change: (c) => (c.campaignGroups[0]!['dialMode'] = 'Previw'), code: 'WrongValue', path: 'campaignGroups[0].dialMode', says: ['"Previw"', 'Preview'] },
  { what: 'no dialing mode as the mode', change: (c) => (c.campaignGroups[0]!['dialMode'] = 'NoDialMode'), code: 'WrongValue', path: 'campaignGroups[0].dialMode', says: ['"NoDialMode"'] },
  { what: 'a minRecBuffSize of 0', change: (c) => (c.campaignGroups[0]!['minRecBuffSize'] = 0), code: 'WrongValue', path: 'campaignGroups[0].minRecBuffSize', says: ['1 or more'] },
  { what: 'an optRecBuffSize that is not larger', change: (c) => (c.campaignGroups[0]!['optRecBuffSize'] = 4), code: 'WrongValue', path: 'campaignGroups[0].optRecBuffSize', says: ['found 4', 'minRecBuffSize (4)'] },
  { what: 'an unknown autoCompleteWaitsFor', change: (c) => (c.campaignGroups[0]!['autoCompleteWaitsFor'] = 'all'), code: 'WrongValue', path: 'campaignGroups[0].autoCompleteWaitsFor', says: ['none, retries, scheduled'] },
  { what: 'a duration without a unit', change: (c) => (c.campaignGroups[0]!['agentGrace'] = 60), code: 'WrongValue', path: 'campaignGroups[0].agentGrace', says: ['found 60', '10s'] },
  { what: 'a duration with an unknown unit', change: (c) => (c.campaignGroups[0]!['replayWindow'] = '1d'), code: 'WrongValue', path: 'campaignGroups[0].replayWindow', says: ['"1d"', '24h'] },
  { what: 'a duration that no timer can wait', change: (c) => (c.campaignGroups[0]!['unloadTimeout'] = '600h'), code: 'WrongValue', path: 'campaignGroups[0].unloadTimeout', says: ['25 days'] },
  { what: 'a retrieval without a pause', change: (c) => (c.campaignGroups[0]!['retrievalInterval'] = '0s'), code: 'WrongValue', path: 'campaignGroups[0].retrievalInterval', says: ['more than 0'] },
  { what: 'no preview records', change: (c) => (c.campaignGroups[0]!['maxPreviewRecords'] = 0), code: 'WrongValue', path: 'campaignGroups[0].maxPreviewRecords', says: ['1 or more'] },
  { what: 'no clients in clients', change: (c) => (c['clients'] = []), code: 'WrongValue', path: 'clients', says: ['at least one client'] },
  { what: 'a client without roles', change: (c) => (c['clients'] = [{ name: 'a', roles: [] }]), code: 'WrongValue', path: 'clients[0].roles', says: ['at least one role'] },
  { what: 'an unknown role', change: (c) => (c['clients'] = [{ name: 'a', roles: ['admin'] }]), code: 'WrongValue', path: 'clients[0].roles[0]', says: ['"admin"', 'agent, supervisor, monitor'] },
  { what: 'a role twice', change: (c) => (c['clients'] = [{ name: 'a', roles: ['agent', 'agent'] }]), code: 'Duplicate', path: 'clients[0].roles[1]', says: ['"agent"'] },
  { what: 'a name of clients twice', change: (c) => (c['clients'] = [{ name: 'a', roles: ['agent'] }, { name: 'a', roles: ['monitor'] }]), code: 'Duplicate', path: 'clients[1].name', says: ['"a"'] },
  { what: 'an empty password', change: (c) => (c['clients'] = [{ name: 'a', password: '', roles: ['agent'] }]), code: 'WrongValue', path: 'clients[0].password', says: ['not empty'] },
  { what: 'a hash that is none', change: (c) => (c['clients'] = [{ name: 'a', password: 'scrypt$1000$8$1$c2FsdHNhbHQ=$aGFzaGhhc2g=', roles: ['agent'] }]), code: 'WrongValue', path: 'clients[0].password', says: ['hash-password'] },
  { what: 'a token that is short', change: (c) => (c['clients'] = [{ name: 'a', token: 'secret', roles: ['agent'] }]), code: 'WrongValue', path: 'clients[0].token', says: ['at least 16'] },
  { what: 'a token that no header carries', change: (c) => (c['clients'] = [{ name: 'a', token: 'a secret of many words', roles: ['agent'] }]), code: 'WrongValue', path: 'clients[0].token', says: ['at least 16'] },
  { what: 'a token of two clients', change: (c) => (c['clients'] = ['a', 'b'].map((name) => ({ name, token: 'x'.repeat(16), roles: ['agent'] }))), code: 'Duplicate', path: 'clients[1].token', says: ['of its own'] },
  { what: 'no wrong password at all', change: (c) => (c.limits['loginFailures'] = 0), code: 'WrongValue', path: 'limits.loginFailures', says: ['1 or more'] },
  { what: 'a size that is none', change: (c) => (c.limits['frameBytes'] = '1MB'), code: 'WrongValue', path: 'limits.frameBytes', says: ['"1MB"', '64KiB'] },
  { what: 'a frame smaller than its header', change: (c) => (c.limits['frameBytes'] = 5), code: 'WrongValue', path: 'limits.frameBytes', says: ['found 5', 'from 6'] },
  { what: 'larger frames before registration than after', change: (c) => Object.assign(c.limits, { frameBytes: '1KiB', frameBytesBeforeRegistration: '2KiB' }), code: 'WrongValue', path: 'limits.frameBytesBeforeRegistration', says: ['2048', '1024'] },
  { what: 'deeper lists than the wire has', change: (c) => (c.limits['listDepth'] = 17), code: 'WrongValue', path: 'limits.listDepth', says: ['found 17', '1 to 16'] },
  { what: 'no time to register', change: (c) => (c.limits['registerTimeout'] = '0ms'), code: 'WrongValue', path: 'limits.registerTimeout', says: ['more than 0'] },
  { what: 'a heartbeat that nobody can answer', change: (c) => (c.limits['heartbeatInterval'] = '60s'), code: 'WrongValue', path: 'limits.heartbeatTimeout', says: ['found 60000ms', 'heartbeatInterval (60000ms)'] },
  { what: 'no connections', change: (c) => (c.limits['connections'] = 0), code: 'WrongValue', path: 'limits.connections', says: ['1 or more'] },
  { what: 'an outbox without room', change: (c) => (c.limits['outboxBytes'] = '1B'), code: 'WrongValue', path: 'limits.outboxBytes', says: ['"1B"'] },
  { what: 'too little memory for all', change: (c) => (c.limits['heldBytes'] = '1KiB'), code: 'WrongValue', path: 'limits.heldBytes', says: ['"1KiB"'] },
  { what: 'a dialer without a type', change: (c) => (c['dialer'] = { seed: 1 }), code: 'MissingKey', path: 'dialer.type', says: ['simulated'] },
  { what: 'an unknown type of dialer', change: (c) => (c['dialer'] = { type: 'sip' }), code: 'WrongValue', path: 'dialer.type', says: ['found "sip"', 'simulated'] },
  { what: 'an unknown key of the dialer', change: (c) => (c['dialer'] = { type: 'simulated', rings: {} }), code: 'UnknownKey', path: 'dialer.rings', says: ['type, seed, ring, talk, results'] },
  { what: 'a seed that is none', change: (c) => (c['dialer'] = { type: 'simulated', seed: -1 }), code: 'WrongValue', path: 'dialer.seed', says: ['found -1', '0 to 2147483647'] },
  { what: 'a ring time that is none', change: (c) => (c['dialer'] = { type: 'simulated', ring: { min: 20 } }), code: 'WrongValue', path: 'dialer.ring.min', says: ['found 20', '20ms'] },
  { what: 'a longest ring time below the shortest', change: (c) => (c['dialer'] = { type: 'simulated', ring: { min: '2s', max: '1s' } }), code: 'WrongValue', path: 'dialer.ring.max', says: ['found "1s"', '`min` not above `max`'] },
  { what: 'a longest talk time below the default of the shortest', change: (c) => (c['dialer'] = { type: 'simulated', talk: { max: '10ms' } }), code: 'WrongValue', path: 'dialer.talk.max', says: ['`min` not above `max`'] },
  { what: 'an unknown call result', change: (c) => (c['dialer'] = { type: 'simulated', results: { Anser: 1 } }), code: 'WrongValue', path: 'dialer.results.Anser', says: ['a call result', 'Answer'] },
  { what: 'a share below 0', change: (c) => (c['dialer'] = { type: 'simulated', results: { Answer: -0.1 } }), code: 'WrongValue', path: 'dialer.results.Answer', says: ['found -0.1', '0 or more'] },
  { what: 'a share as text', change: (c) => (c['dialer'] = { type: 'simulated', results: { Answer: '1' } }), code: 'WrongValue', path: 'dialer.results.Answer', says: ['found "1"', 'such as 0.4'] },
  { what: 'shares of nothing', change: (c) => (c['dialer'] = { type: 'simulated', results: { Answer: 0 } }), code: 'WrongValue', path: 'dialer.results', says: ['above 0'] },
  { what: 'a mode that dials, and no dialer', change: (c) => (c.campaignGroups[1]!['dialMode'] = 'Progress'), code: 'WrongValue', path: 'campaignGroups[1].dialMode', says: ['places calls', '`dialer`'] },
  { what: 'an abandonTimeout without a unit', change: (c) => (c.campaignGroups[0]!['abandonTimeout'] = 2), code: 'WrongValue', path: 'campaignGroups[0].abandonTimeout', says: ['found 2', '10s'] },
  { what: 'a recordProcessed as text', change: (c) => (c.campaignGroups[0]!['recordProcessed'] = 'no'), code: 'WrongValue', path: 'campaignGroups[0].recordProcessed', says: ['true or false'] },
  { what: 'an allowSimulatedResults as a number', change: (c) => (c.callingLists[1]!['allowSimulatedResults'] = 1), code: 'WrongValue', path: 'callingLists[1].allowSimulatedResults', says: ['true or false'] },
];

describe('a configuration that is wrong', () => {
  for (const { what, change, code, path, says } of WRONG) {
    it(`refuses ${what}, at ${path}`, () => {
      const error = configErrorOf(() => parseChanged(change));
      expect({ code: error.code, path: error.path }).to.deep.equal({ code, path });
      expect(error.message).to.match(/^test\.yaml: [^\n]*, expected [^\n]+$/).and.include(`test.yaml: ${path}: found `);
      for (const text of says) expect(error.message).to.include(text);
    });
  }

  it('refuses a campaign group whose name another one has', () => {
    const error = configErrorOf(() =>
      parseChanged((config) => {
        config.campaigns.push({ dbid: 103, name: 'A@B' }, { dbid: 104, name: 'A' });
        config.groups.push({ dbid: 734, name: 'C' }, { dbid: 735, name: 'B@C' });
        config.campaignGroups = [{ dbid: 1, campaign: 'A@B', group: 'C' }, { dbid: 2, campaign: 'A', group: 'B@C' }];
      }),
    );
    expect(error.path).to.equal('campaignGroups[1]');
    expect(error.message).to.include('A@B@C');
  });

  it('is no mapping at all', () => {
    for (const value of [null, [], 'text', 7]) {
      const error = configErrorOf(() => parseObject(value));
      expect(error.path).to.equal('');
      expect(error.message).to.match(/^test\.yaml: found .+, expected a mapping with server, listeners, /);
    }
  });

  it('never tells a password', () => {
    const error = configErrorOf(() =>
      parseChanged((config) => {
        config['clients'] = [{ name: 'desktop', password: 4711, roles: ['agent'] }];
      }),
    );
    expect(error.path).to.equal('clients[0].password');
    expect(error.message).to.include('found a number').and.not.include('4711');
    const token = configErrorOf(() => parseChanged((config) => (config['clients'] = ['a', 'b'].map((name) => ({ name, token: 'hunter2-hunter2-hunter2', roles: ['agent'] })))));
    expect(token.message).to.include('found a string a second time').and.not.include('hunter2');
  });

  it('never tells the password of a store', () => {
    const found: Record<string, string> = {
      'postgress://me:hunter2@db/x': '"postgress://****@db/x"',
      'postgres://me:hun/ter2@127.0.0.1:1/x': '"postgres://****@127.0.0.1:1/x"',
      'postgress://me:h@un/ter2@[::1]:1': '"postgress://****@[::1]:1"',
      'postgres:me:hunter2@db/x': '"postgres:****@db/x"',
      'postgress://db/x?password=hun@ter2': 'a string',
      'postgress://me@db/x?password=hunter2': 'a string',
      'host=db password=hunter2': 'a string',
      'pglite://me:hunter2@db': '"pglite://****@db"',
      hunter2: 'a string',
    };
    for (const [url, told] of Object.entries(found)) {
      expect(configErrorOf(() => parseChanged((config) => (config.store['url'] = url))).message).to.include(`: store.url: found ${told}, expected `);
      expect(configErrorOf(() => parseChanged((config) => Object.assign(config, { store: url }))).message).to.include(`: store: found ${told}, expected `);
    }
  });

  it('cuts long values', () => {
    const error = configErrorOf(() => parseChanged((config) => (config.log['level'] = 'x'.repeat(1000))));
    expect(error.message.length).to.be.lessThan(250);
  });
});

const failure = (text: string) => configErrorOf(() => parseConfig(text, { baseDir: '/', env: {}, file: 'a.yaml' }));

describe('YAML that is wrong', () => {
  it('names the line of a syntax error', () => {
    const error = failure('server: { dbid: 1 }\nlisteners: [\nstore: x\n');
    expect(error.code).to.equal('Syntax');
    expect(error.message).to.match(/^a\.yaml: line 3, column 1: [^\n]+$/);
  });

  it('refuses a key that is there twice', () => {
    expect(failure('server: { dbid: 1 }\nserver: { dbid: 2 }\n').message).to.match(/^a\.yaml: line 2, .*unique/);
  });

  it('refuses unknown tags, aliases to nothing and a second document', () => {
    expect(failure('server: !secret x').code).to.equal('Syntax');
    expect(failure('server: *gone').code).to.equal('Syntax');
    expect(failure('a: 1\n---\nb: 2\n').code).to.equal('Syntax');
  });

  it('does not tell what a password without quotes was read as', () => {
    for (const secret of ['*hunter2', '!hunter2', '!hunter2!', '!<hunter2', '!<hunter2>', '|hunter2', '>hunter2', '@hunter2', '`hunter2', '%hunter2', '&hunter2', '"\\Uhunter2"', '"hunter2', "'hunter2", "''hunter2", ']hunter2', ',hunter2', 'a: hunter2']) {
      expect(failure(`clients:\n  - name: desk\n    password: ${secret}\n    roles: [agent]\n`).message, secret).to.not.include('unter2');
    }
    expect(failure('server: *gone').message).to.equal('a.yaml: found aliases that cannot be resolved (Unresolved alias (the anchor must be set before the alias)), expected YAML');
    expect(failure('server: !gone x').message).to.include('line 1, column 9: unresolved tag');
  });

  it('does not tell a password that has become a part of its key', () => {
    const head = 'server: { dbid: 1 }\nlisteners: { http: { port: 1 } }\n';
    const store = failure(`${head}store: { url:postgres://me:hunter2@db/x }\n`);
    expect(store.message).to.include('store.url: found an unknown key').and.match(/\(line 3\)$/).and.not.include('hunter2');
    const client = failure(`${head}store: { url: "pglite:x" }\nclients: [ { name: a, password:hunter2, roles: [agent] } ]\n`);
    expect(client.message).to.include('clients[0].password: found an unknown key').and.match(/\(line 4\)$/).and.not.include('hunter2');
  });

  it('refuses aliases that would fill the memory', () => {
    const levels = Array.from({ length: 8 }, (_, index) => {
      const below = index === 0 ? 'x' : `*a${index - 1}`;
      return `a${index}: &a${index} [${Array(9).fill(below).join(', ')}]`;
    });
    expect(failure(levels.join('\n')).code).to.equal('Syntax');
  });

  it('names the line of a wrong key, or of what it is missing from', () => {
    const text = 'server:\n  dbid: 1\nlisteners:\n  direct:\n    port: x\n';
    expect(failure(text).message).to.include('listeners.direct.port').and.match(/\(line 5\)$/);
    expect(failure('server:\n  name: x\nlisteners: { http: { port: 1 } }\n').message).to.include('server.dbid').and.match(/\(line 1\)$/);
  });
});
