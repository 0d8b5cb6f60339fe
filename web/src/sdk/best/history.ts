import type { Rows } from './rows';

// Limits of a snapshot.
export const MAX_AHEAD = 127; // ticks from the baseline to the snapshot
export const MAX_LAG = 15; // ticks from a version that predictions use to the baseline
export const MAX_REST = 127; // ticks of rest that are told apart
export const MAX_ROWS = 4096; // entities

/** The versions that a snapshot builds on. */
export interface Names {
  /** Ticks from the baseline to the snapshot, 1 to MAX_AHEAD. */
  ahead: number;
  /** Bit i: the version i ticks before the baseline is one of them; bit 0 is set. */
  lags: number;
  /** The last MAX_REST ticks up to the baseline are all acknowledged: rest counts through them. */
  steady: boolean;
}

/** The entities as they were at an acknowledged tick. */
export interface Version {
  /** Ticks before the baseline. */
  readonly lag: number;
  readonly rows: Rows;
}

/** What both ends know: they must have the very same. */
export interface History extends Readonly<Names> {
  /** Those named, by rising lag; the first is the baseline. */
  readonly versions: readonly Version[];
  /**
   * For each entity, the number of ticks before the baseline during which its place and rotation did not change, at most
   * MAX_REST: see BestCodec.restOf.
   */
  readonly rest: Uint8Array;
}

/** It throws where a history, or the rows to go with it, breaks its contract. */
export function checkHistory(h: History, rows: Rows): void {
  if (rows.count > MAX_ROWS || h.rest.length !== rows.count) {
    throw new RangeError(`${rows.count} rows and ${h.rest.length} rests; at most ${MAX_ROWS} rows`);
  }
  if (!(h.ahead >= 1 && h.ahead <= MAX_AHEAD) || (h.lags & 1) === 0 || h.lags >>> 16 !== 0) {
    throw new RangeError(`history is ${h.ahead} ticks behind, by the lags ${h.lags.toString(2)}; 1 to ${MAX_AHEAD}, and the baseline`);
  }
  let left = h.lags;
  for (const [i, v] of h.versions.entries()) {
    if (left === 0 || v.lag !== lowestBit(left)) throw new RangeError(`version ${i} is that of lag ${v.lag}, not one of those named, by rising lag`);
    left &= left - 1;
    if (v.rows.values.length !== rows.values.length) throw new RangeError(`version ${i} has ${v.rows.values.length} values, not ${rows.values.length}`);
  }
  if (left !== 0) throw new RangeError(`of the lags ${h.lags.toString(2)}, those from ${lowestBit(left)} on have no version`);
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
