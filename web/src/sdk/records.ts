import type { BitReader } from './bits';
import { MAX_IN_VIEW } from './snapshot';

// How a snapshot's records say what they are: docs/wire.md#records.

export const MAX_AGE = 127; // ages are 7 bits; this one means "older, and unambiguous"
export const MAX_LAG = 7;
const AGE_BITS = 7;
const LAG_BITS = 3;
const COUNT_GROUP = 2;
const GAP_BITS = 4;
const MAX_GAP_SHIFT = 10;

export const USUAL = 0; // an update against what the snapshot names
export const AGED = 1; // an update that gives its baseline's age
export const SPAWN = 2;
export const GONE = 3;

/** One record's prefix. */
export interface Record {
  slot: number;
  form: typeof USUAL | typeof AGED | typeof SPAWN | typeof GONE;
  age: number;
  /** The named snapshot, and how long before it was the one that predictions look back to; 0: none. */
  named: number;
  lag: number;
}

/**
 * Reads the records of the snapshot of tick; each reads a record's body. held has the slots that each snapshot before held:
 * with expects, those of the named one are expected. A refusal ends it.
 */
export function readRecords<R>(
  r: BitReader, tick: number, held: ReadonlyMap<number, readonly number[]>, expects: boolean, each: (record: Record) => R | null,
): R | 'malformed' | 'baseline' | null {
  let named = 0;
  let lag = 0;
  const seen = new Set<number>();
  if (r.bool()) {
    const age = r.uint(AGE_BITS);
    lag = r.uint(LAG_BITS);
    if (r.failed || age === 0 || age >= MAX_AGE || age >= tick) return 'malformed';
    named = tick - age;
    const expected = held.get(named);
    if (expected === undefined) return 'baseline';
    for (const slot of expects ? expected : []) {
      if (!r.bool()) continue;
      seen.add(slot);
      const refusal = each({ slot, form: USUAL, age: 0, named, lag });
      if (refusal !== null) return refusal;
    }
  }
  const count = r.varuint(COUNT_GROUP);
  const shift = count > 0 ? r.uint(GAP_BITS) : 0;
  if (r.failed || count > MAX_IN_VIEW || shift > MAX_GAP_SHIFT) return 'malformed';
  let next = 0;
  for (let i = 0; i < count; i++) {
    const slot = next + readGap(r, shift);
    if (r.failed || slot >= MAX_IN_VIEW || seen.has(slot)) return 'malformed';
    next = slot + 1;
    const refusal = each(readRecord(r, slot, named, lag));
    if (refusal !== null) return refusal;
  }
  return r.failed ? 'malformed' : null;
}

function readGap(r: BitReader, shift: number): number {
  let n = 0;
  while (r.bool()) {
    if (++n > MAX_GAP_SHIFT + 1) {
      r.fail();
      return 0;
    }
  }
  const high = (1 << n) + r.uint(n) - 1;
  return high * 2 ** shift + r.uint(shift);
}

function readRecord(r: BitReader, slot: number, named: number, lag: number): Record {
  if (r.bool()) return { slot, form: r.bool() ? GONE : SPAWN, age: 0, named, lag };
  if (named !== 0 && !r.bool()) return { slot, form: USUAL, age: 0, named, lag };
  return { slot, form: AGED, age: r.uint(AGE_BITS), named, lag };
}
