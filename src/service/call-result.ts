import type { Deployment } from '../config/deployment.js';
import type { Ending, RecordOut } from '../record/hand-out.js';
import { applyTreatment } from '../record/treatments.js';
import { localZone } from '../util/time-zone.js';

/**
 * What becomes of a record whose call came to a result by itself: what its list's treatments say of the
 * result, else it is final. The attempt was counted before the call was placed.
 */
export function endingOfResult(deployment: Deployment, { chain }: RecordOut, callResult: number, nowMs: number): Ending {
  const treatments = deployment.callingLists.find(({ dbid }) => dbid === chain.listDbid)?.treatments ?? [];
  const zone = deployment.timeZones.find(({ dbid }) => dbid === chain.records[0].zoneDbid)?.zone ?? localZone();
  const written = { callResult, attempts: 0, calledAt: null, customFields: {} };
  return applyTreatment({ treatments, chain, written, nowMs, zone });
}
