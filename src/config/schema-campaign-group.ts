import { z } from 'zod';
import { DialMode, numberOf } from '../../protocol/dictionary/enumerations.js';
import { choice, count, dbid, duration, flag, parsedText, reference } from './scalars.js';

const { NoDialMode: _none, ...CONFIGURABLE_MODES } = DialMode;

const dialMode = () =>
  parsedText(`one of ${Object.keys(CONFIGURABLE_MODES).join(', ')}`, (name) =>
    numberOf(CONFIGURABLE_MODES, name),
  );

export const campaignGroupSchema = z.strictObject({
  dbid: dbid(),
  description: z.string({ error: 'text' }).prefault(''),
  campaign: reference('campaign'),
  group: reference('group'),
  dialMode: dialMode().prefault('Preview'),
  minRecBuffSize: count(1).prefault(4),
  optRecBuffSize: count(1).prefault(6),
  autoComplete: flag().prefault(false),
  autoCompleteWaitsFor: choice(['none', 'retries', 'scheduled']).prefault('retries'),
  autoCompleteHorizon: duration().prefault('24h'),
  agentGrace: duration().prefault('60s'),
  unloadTimeout: duration().prefault('10m'),
  abandonTimeout: duration().prefault('2s'),
  recordProcessed: flag().prefault(true),
  maxPreviewRecords: count(1).prefault(1),
  personalCallbackWait: duration().prefault('30m'),
  replayWindow: duration().prefault('5m'),
  retrievalInterval: duration(1).prefault('10s'),
});
