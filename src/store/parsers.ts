/**
 * How values come out of either database where their own drivers differ: bigint columns and sums hold
 * times in ms, positions and counts, all of them safe integers. By the OID of the type.
 */
export const PARSERS: Readonly<Record<number, (text: string) => number>> = {
  /** int8 */
  20: Number,
  /** numeric */
  1700: Number,
};

/** OID of the array type -> OID of its elements, for the types above. */
export const ARRAYS: Readonly<Record<number, number>> = { 1016: 20, 1231: 1700 };
