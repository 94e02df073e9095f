import { z } from 'zod';
import { keys } from '../../../protocol/dictionary/keys.js';
import { REQUEST_NAMES } from '../../campaign/request-names.js';
import { dialModeInput, int32, optimizeByInput } from '../schemas.js';

const REQUESTS = REQUEST_NAMES.flatMap(({ control, direct }) => [control, direct]);

export const nativeParams = z.strictObject({ dbid: z.string().meta({ description: 'DBID of the campaign group' }) });

export const nativeQuery = z.strictObject({
  req: z.enum([...new Set(REQUESTS)], { error: `one of ${REQUEST_NAMES.map(({ control }) => control).join(', ')}` }),
});

/** Flat user data. What names the campaign group beside the path must agree with it. */
export const nativeBody = z
  .strictObject({
    [keys.GSW_CAMPAIGN_ID]: int32().optional(),
    [keys.GSW_CAMPAIGN_NAME]: z.string().optional(),
    [keys.GSW_GROUP_ID]: int32().optional(),
    [keys.GSW_GROUP_NAME]: z.string().optional(),
    [keys.GSW_DIAL_MODE]: dialModeInput().optional(),
    [keys.GSW_OPTIMIZE_BY]: optimizeByInput().optional(),
    [keys.GSW_OPTIMIZE_GOAL]: int32().optional(),
    [keys.GSW_AUTO_COMPLETION]: z.unknown().optional().meta({ type: ['integer', 'string'], description: '0 or 1, as an integer or as text' }),
    [keys.GSW_REFERENCE_ID]: z.union([int32(), z.string()], { error: 'an integer of 32 bits or a text' }).optional(),
  })
  .optional();

export type NativeBody = NonNullable<z.output<typeof nativeBody>>;

/** An event as flat user data. */
export const nativeAnswer = z.record(z.string(), z.union([z.string(), z.number()])).meta({ description: 'an event as flat user data; refused: Error, with GSW_ERROR_NUMBER and GSW_ERROR' });
