import { applyTreatment } from '../record/treatments.js';
import type { Ending, RecordOut } from '../record/hand-out.js';
import { localZone } from '../util/time-zone.js';
import type { Runtime } from './runtime.js';

/**
 * What becomes of a record whose call came to a result: what the treatments of its list say, else it is
 * final with that result. The attempt and its time were written before the call was placed.
 */
export function endingOfCall({ deployment, clock }: Pick<Runtime, 'deployment' | 'clock'>, { chain }: RecordOut, callResult: number): Ending {
  const treatments = deployment.callingLists.find(({ dbid }) => dbid === chain.listDbid)?.treatments ?? [];
  const zone = deployment.timeZones.find(({ dbid }) => dbid === chain.records[0].zoneDbid)?.zone ?? localZone();
  const written = { callResult, attempts: 0, calledAt: null, customFields: {} };
  return applyTreatment({ treatments, chain, written, nowMs: clock.now(), zone });
}
