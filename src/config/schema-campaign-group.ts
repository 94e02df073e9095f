import { z } from 'zod';
import { DIAL_MODES } from './dial-mode.js';
import { choice, count, dbid, duration, flag, parsedText, reference } from './scalars.js';

const dialMode = () =>
  parsedText(`one of ${Object.keys(DIAL_MODES).join(', ')}`, (name) =>
    Object.hasOwn(DIAL_MODES, name) ? DIAL_MODES[name] : undefined,
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
  maxPreviewRecords: count(1).prefault(1),
  replayWindow: duration().prefault('5m'),
  retrievalInterval: duration(1).prefault('10s'),
});
