import type { Decoder } from './decoder';
import type { Encoder } from './encoder';
import { learn, ONE, probability, probs, startAt, type Probs } from './prob';

// Signed integers that are most often small: zero or not, the sign, the magnitude's length in unary, then its bits; all but
// the lowest of these adapt. One set of probabilities is one context:
const ZERO = 0;
const SIGN = 1;
const LENGTH = 2;
const MAX_LENGTH = 64;
const TOP = LENGTH + MAX_LENGTH;

/** The longest magnitude that a number holds exactly: 53 bits. */
const EXACT = 52;

/** A context that starts out expecting magnitudes of about 2^scale. */
export function newSigned(scale: number): Probs {
  const all = probs(TOP + MAX_LENGTH);
  startAt(all, ZERO, (ONE / 2) >> Math.min(scale, 6));
  startAt(all, SIGN, ONE / 2);
  for (let i = 0; i < MAX_LENGTH; i++) {
    startAt(all, TOP + i, ONE / 2);
    startAt(all, LENGTH + i, i < scale ? (ONE * 7) / 8 : i === scale ? ONE / 2 : ONE / 4);
  }
  return all;
}

export function readAdaptive(d: Decoder, all: Probs, i: number): boolean {
  const bit = d.bit(probability(all, i));
  learn(all, i, bit);
  return bit;
}

export function writeAdaptive(e: Encoder, bit: boolean, all: Probs, i: number): void {
  e.bit(bit, probability(all, i));
  learn(all, i, bit);
}

/** Reads zero or not, then the sign and how many bits follow the highest one. Null: zero. */
function readLength(d: Decoder, s: Probs): { negative: boolean; n: number } | null {
  if (readAdaptive(d, s, ZERO)) return null;
  const negative = readAdaptive(d, s, SIGN);
  let n = 0;
  while (n < MAX_LENGTH - 1 && readAdaptive(d, s, LENGTH + n)) n++;
  return { negative, n };
}

function writeLength(e: Encoder, s: Probs, negative: boolean, n: number): void {
  writeAdaptive(e, false, s, ZERO);
  writeAdaptive(e, negative, s, SIGN);
  for (let i = 0; i < n; i++) writeAdaptive(e, true, s, LENGTH + i);
  if (n < MAX_LENGTH - 1) writeAdaptive(e, false, s, LENGTH + n);
}

/** Reads a value where only those of up to 53 bits are well-formed. */
export function readSigned(d: Decoder, s: Probs): number {
  const l = readLength(d, s);
  if (l === null) return 0;
  if (l.n > EXACT) {
    d.fail();
    return 0;
  }
  let u = 1;
  if (l.n > 0) {
    u = readAdaptive(d, s, TOP + l.n) ? 3 : 2;
    for (let i = l.n - 1; i > 0; i--) u = u * 2 + d.uint(1);
  }
  return l.negative ? -u : u;
}

/** Writes a value of up to 53 bits. */
export function writeSigned(e: Encoder, v: number, s: Probs): void {
  if (v === 0) {
    writeAdaptive(e, true, s, ZERO);
    return;
  }
  const u = Math.abs(v);
  writeMagnitude(e, s, v < 0, Math.floor(u / 2 ** 32), u >>> 0);
}

function writeMagnitude(e: Encoder, s: Probs, negative: boolean, high: number, low: number): void {
  const n = high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(low);
  writeLength(e, s, negative, n);
  const bit = (i: number): boolean => (((i < 32 ? low : high) >>> (i & 31)) & 1) === 1;
  if (n > 0) writeAdaptive(e, bit(n - 1), s, TOP + n);
  for (let i = n - 2; i >= 0; i--) e.bit(bit(i), ONE / 2);
}

/** 64 bits, in words. */
export interface Wide {
  high: number; // signed
  low: number; // not
}

/** Makes w its negative; the least stays what it is. */
function negate(w: Wide): void {
  w.low = -w.low >>> 0;
  w.high = (~w.high + (w.low === 0 ? 1 : 0)) | 0;
}

/** Reads a value of 64 bits. */
export function readWide(d: Decoder, s: Probs, to: Wide): void {
  to.high = to.low = 0;
  const l = readLength(d, s);
  if (l === null) return;
  const set = (i: number): void => {
    if (i < 32) to.low = (to.low | (1 << i)) >>> 0;
    else to.high |= 1 << (i - 32);
  };
  set(l.n);
  if (l.n > 0 && readAdaptive(d, s, TOP + l.n)) set(l.n - 1);
  for (let i = l.n - 2; i >= 0; i--) if (d.uint(1) === 1) set(i);
  const least = to.high === -(2 ** 31) && to.low === 0;
  if (to.high < 0 && !(least && l.negative)) {
    d.fail(); // one form for each value: the least is written with its sign, and what is beyond it not at all
    to.high = to.low = 0;
  }
  if (l.negative) negate(to);
}

/** Writes a value of 64 bits; v is spoilt. */
export function writeWide(e: Encoder, v: Wide, s: Probs): void {
  if (v.high === 0 && v.low === 0) {
    writeAdaptive(e, true, s, ZERO);
    return;
  }
  const negative = v.high < 0;
  if (negative) negate(v);
  writeMagnitude(e, s, negative, v.high >>> 0, v.low);
}

/** Sets to to a + b. */
export function addWide(to: Wide, a: Wide, b: Wide): void {
  const low = a.low + b.low;
  to.high = (a.high + b.high + (low >= 2 ** 32 ? 1 : 0)) | 0;
  to.low = low >>> 0;
}

/** Sets to to a - b. */
export function subWide(to: Wide, a: Wide, b: Wide): void {
  const low = a.low - b.low;
  to.high = (a.high - b.high - (low < 0 ? 1 : 0)) | 0;
  to.low = low >>> 0;
}

/** Whether a < b. */
export function lessWide(a: Wide, b: Wide): boolean {
  return a.high < b.high || (a.high === b.high && a.low < b.low);
}
