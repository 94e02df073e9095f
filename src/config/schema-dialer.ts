import { z } from 'zod';
import { CallResult } from '../../protocol/dictionary/enumerations.js';
import { choice, duration, integer } from './scalars.js';

const range = (min: string, max: string) =>
  z
    .strictObject({ min: duration().prefault(min), max: duration().prefault(max) })
    .refine(({ min: least, max: most }) => least <= most, { error: '`min` not above `max`', path: ['max'] })
    .prefault({});

const share = () => z.number({ error: 'a share, such as 0.4' }).min(0, { error: 'a share, 0 or more' });

const callResult = () => z.string().refine((name) => Object.hasOwn(CallResult, name), { error: 'a call result, such as Answer, NoAnswer or Busy' });

/** What places calls. A `sip` one comes later, on the same seam. */
export const dialerSchema = z.strictObject({
  type: choice(['simulated']),
  seed: integer(0, 2_147_483_647).prefault(1),
  ring: range('20ms', '60ms'),
  talk: range('20ms', '80ms'),
  results: z
    .record(callResult(), share())
    .refine((results) => Object.values(results).some((one) => one > 0), { error: 'at least one share above 0' })
    .prefault({ Answer: 0.4, NoAnswer: 0.3, Busy: 0.2, AnsweringMachine: 0.1 }),
});
