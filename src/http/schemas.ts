import { z } from 'zod';
import { DialMode, GroupCampaignStatus, OptimizeBy } from '../../protocol/dictionary/enumerations.js';

/** The pieces that the schemas of several routes are made of. */

export const int32 = () => z.int32({ error: 'an integer of 32 bits' });

const namesOf = (enumeration: Readonly<Record<string, number>>): string[] => Object.keys(enumeration);

/** A member of an enumeration in an answer. */
const nameIn = (enumeration: Readonly<Record<string, number>>) => z.enum(namesOf(enumeration));

export const dialModeName = () => nameIn(DialMode);
export const optimizeByName = () => nameIn(OptimizeBy);
export const statusName = () => nameIn(GroupCampaignStatus);

/**
 * DialMode in a request: name or number. Which modes there are is the engine's to say, in its place
 * among the checks, so any text and any number pass.
 */
export const dialModeInput = () =>
  z
    .union([int32(), z.string()], { error: `one of ${namesOf(DialMode).join(', ')}, or its number` })
    .meta({ description: 'DialMode, by name or number', examples: namesOf(DialMode) });

/** OptimizeBy in a request: name or number. */
export const optimizeByInput = () =>
  z
    .union([int32(), nameIn(OptimizeBy)], { error: `one of ${namesOf(OptimizeBy).join(', ')}, or its number` })
    .meta({ description: 'OptimizeBy, by name or number' });
