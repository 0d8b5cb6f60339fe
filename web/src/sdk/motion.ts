import type { BitReader } from './bits';
import { CODE_OF, SPELLINGS } from './motioncodes';
import { chart, largest, mul, share, since, smallest, type Quat } from './quat';

// The fast tier's codes for what moves; docs/wire.md#predicted-difference is normative.

/** How far a prediction reaches: ahead ticks from the baseline, by what happened in the lag ticks before it; lag 0: by nothing. */
export interface Span {
  readonly ahead: number;
  readonly lag: number;
}

/** What is foreseen where no version from before the baseline is known: that nothing moves. */
export const STILL: Span = { ahead: 0, lag: 0 };

/** Which of a component's fields are predicted. */
export interface MotionLayout {
  /** The least and greatest value of each part of its place; none: it has no place. */
  readonly place: readonly { readonly min: number; readonly max: number }[];
  /** The greatest value of a rotation's three; 0: it has none. */
  readonly top: number;
}

/** One version of the predicted fields. What a layout lacks is zero. */
export interface Body {
  place: Triple;
  turn: Quat;
}

export type Triple = [number, number, number];

const SYMBOLS = 32;
const WIDE = 30; // the magnitude has 16 bits or more: its width follows
const OTHER = 31; // another part than foreseen is left out
const LONGEST = 14;
const TURNED = 1;
const MOVED = 2;
const ALTERED = 4;
const SPEEDS = 26;
const MISSES = 14;
const PLACE_FIRST = 4;
const PLACE_NEXT = PLACE_FIRST + SPEEDS;
const TURN_FIRST = PLACE_NEXT + SPEEDS * MISSES;
const TURN_NEXT = TURN_FIRST + 3 * MISSES;
const ALONE_FIRST = TURN_NEXT + 2 * MISSES * MISSES;
const ALONE_NEXT = ALONE_FIRST + 3 * MISSES;
const PLANE_FIRST = ALONE_NEXT + 2 * MISSES * MISSES;
const PLANE_NEXT = PLANE_FIRST + SPEEDS;
const WHICH_PLANE = PLANE_NEXT + (SPEEDS / 2) * MISSES;

/** By the length of a word: the symbols that have such words, by rising words. */
type Code = readonly (readonly number[])[];

const codes: Code[] = SPELLINGS.map((spelled) => {
  const lengths: number[][] = Array.from({ length: LONGEST + 1 }, () => []);
  for (let s = 0; s < SYMBOLS; s++) lengths[spelled.charCodeAt(s) - 96]?.push(s);
  return lengths;
});

function symbol(r: BitReader, context: number): number {
  const code = codes[CODE_OF.charCodeAt(context) - 48] as Code;
  let word = 0;
  let first = 0;
  for (let n = 1; n <= LONGEST; n++) {
    word = word * 2 + r.uint(1);
    first *= 2;
    const those = code[n] as readonly number[];
    const s = those[word - first];
    if (s !== undefined) return s;
    first += those.length;
  }
  r.fail();
  return 0;
}

/** Reads what follows a residual's symbol. */
function residual(r: BitReader, s: number): number {
  if (s === 0) return 0;
  if (s === OTHER) {
    r.fail();
    return 0;
  }
  if (s === WIDE) {
    const n = r.uint(6);
    if (n < 16 || n > 43) {
      r.fail();
      return 0;
    }
    const m = r.uint(n - 1) + 2 ** (n - 1);
    return r.bool() ? -m : m;
  }
  const negative = r.bool();
  let m = s;
  if (s > 3) {
    const rest = (s >> 1) - 1;
    m = ((2 + (s & 1)) << rest) + r.uint(rest);
  }
  return negative ? -m : m;
}

/** The number of bits in a whole number up to 2^53. */
function octave(x: number): number {
  return x < 2 ** 32 ? 32 - Math.clz32(x) : 64 - Math.clz32(Math.floor(x / 2 ** 32));
}

/** Tells magnitudes apart by half octaves. */
function speedClass(x: number): number {
  if (x < 4) return x;
  const n = octave(x);
  return 2 * n - 2 + (Math.floor(x / 2 ** (n - 2)) % 2);
}

/** x·ahead/lag, rounded to nearest, halves away from zero. */
function scaled(span: Span, x: number): number {
  if (x === 0 || span.lag === 0) return 0;
  const v = Math.floor((Math.abs(x) * span.ahead + (span.lag >> 1)) / span.lag);
  return x < 0 ? -v : v;
}

function take(r: BitReader, x: number, min: number, max: number): number {
  if (x >= min && x <= max) return x;
  r.fail();
  return min;
}

/** Reads a component's predicted fields; altered says that its plain ones follow. */
export function readMotion(r: BitReader, l: MotionLayout, base: Body, prior: Body, span: Span): Body & { altered: boolean } {
  const moving = span.lag > 0 && (differ(base.place, prior.place) || differ(base.turn, prior.turn));
  const context = l.top > 0 && l.place.length > 0 ? 0 : l.place.length === 2 ? WHICH_PLANE : 2;
  const which = symbol(r, context + (moving ? 1 : 0));
  const now = { place: [...base.place] as Triple, turn: [...base.turn] as Quat, altered: (which & ALTERED) !== 0 };
  if (which > 7 || ((which & TURNED) !== 0 && l.top === 0) || ((which & MOVED) !== 0 && l.place.length === 0)) {
    r.fail();
    return now;
  }
  let miss = 0;
  if (l.place.length > 0 && (which & (MOVED | TURNED)) !== 0) {
    miss = readPlace(r, l, now.place, base.place, prior.place, span, moving, (which & MOVED) !== 0);
  }
  if ((which & TURNED) !== 0) readTurn(r, l, now.turn, base.turn, prior.turn, span, moving, miss);
  return now;
}

function differ(a: readonly number[], b: readonly number[]): boolean {
  return a.some((x, i) => x !== b[i]);
}

/** Reads a place into now and returns the octave of its greatest residual. */
function readPlace(
  r: BitReader, l: MotionLayout, now: Triple, base: Triple, prior: Triple, span: Span, moving: boolean, moved: boolean,
): number {
  const parts = l.place.length;
  const v: Triple = [0, 0, 0];
  let most = 0;
  for (let a = 0; a < parts; a++) {
    v[a] = scaled(span, (base[a] as number) - (prior[a] as number));
    most = Math.max(most, Math.abs(v[a] as number));
  }
  const speed = moving ? Math.min(speedClass(most), SPEEDS - 2) : SPEEDS - 1;
  const [first, next] = parts === 2 ? [PLANE_FIRST, PLANE_NEXT] : [PLACE_FIRST, PLACE_NEXT];
  let miss = 0;
  most = 0;
  for (let a = 0; a < parts; a++) {
    const { min, max } = l.place[a] as { min: number; max: number };
    const guess = Math.max(min, Math.min(max, (base[a] as number) + (v[a] as number)));
    let x = (now[a] as number) - guess;
    if (moved) {
      const context = a === 0 ? first + speed : next + ((a - 1) * (SPEEDS / 2) + (speed >> 1)) * MISSES + miss;
      x = residual(r, symbol(r, context));
      now[a] = take(r, guess + x, min, max);
    }
    most = Math.max(most, Math.abs(x));
    miss = Math.min(octave(most), MISSES - 1);
  }
  return miss;
}

function readTurn(r: BitReader, l: MotionLayout, now: Quat, base: Quat, prior: Quat, span: Span, moving: boolean, miss: number): void {
  const was = smallest(base, l.top);
  let q = was;
  if (moving && differ(base, prior)) q = mul(share(since(q, smallest(prior, l.top)), Math.floor((span.ahead * 4096) / span.lag)), q);
  const { at, lead } = largest(q);
  const margin = lead < 2 ** 13 ? 0 : lead < 2 ** 15 ? 1 : 2;
  let first = TURN_FIRST + margin * MISSES + miss;
  let next = TURN_NEXT + miss * MISSES;
  if (l.place.length === 0) {
    const here = chart(was, at, l.top);
    const there = chart(q, at, l.top);
    const most = Math.max(...here.map((x, i) => Math.abs((there[i] as number) - x)));
    const speed = moving ? Math.min(Math.min(octave(most), MISSES - 1) + 1, MISSES - 1) : 0;
    first = ALONE_FIRST + margin * MISSES + speed;
    next = ALONE_NEXT + speed * MISSES;
  }
  let left = at;
  let s = symbol(r, first);
  if (s === OTHER) {
    left = r.uint(2);
    s = symbol(r, first);
  }
  now[0] = left;
  const guess = chart(q, left, l.top);
  let most = 0;
  for (let a = 0; a < 3; a++) {
    if (a > 0) s = symbol(r, next + (a - 1) * MISSES * MISSES + Math.min(octave(most), MISSES - 1));
    const x = residual(r, s);
    now[1 + a] = take(r, (guess[a] as number) + x, 0, l.top);
    most = Math.max(most, Math.abs(x));
  }
}
