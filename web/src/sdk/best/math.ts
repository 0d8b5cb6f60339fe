// Integers in doubles: every one of these, and every step between them, stays below 2^53. Bounds that are not plain stand
// beside the expression. A shift to the right of what may not fit 32 bits is a division that rounds down.
import { expTable, logTable } from './tables';

/** Logarithms are to base 2 in 1/256. */
export const LOG_ONE = 256;

/** In 1/256: what is further is not predicted. */
export const MAX_PLACE = 2 ** 29;

/** The logarithm of x > 0, cut to 1/256. */
export function log2(x: number): number {
  let n = 0;
  let cut = x; // the leading 31 bits, or all
  if (x >= 2 ** 31) {
    cut = Math.floor(x * 2 ** -22); // below 2^31, since x is below 2^53
    n = 22;
  }
  const lead = 31 - Math.clz32(cut);
  const m = (lead >= 8 ? cut >> (lead - 8) : cut << (8 - lead)) & 255;
  return (n + lead) * LOG_ONE + logTable[m]!;
}

/** The logarithm of 1 + |x|, x in 1/256. */
export function size(x: number): number {
  return log2(Math.abs(x) + 256) - 8 * LOG_ONE;
}

/** The size of a vector in 1/256. */
export function extent3(x: number, y: number, z: number): number {
  const a = bound(Math.floor(x / 16), 2 ** 25);
  const b = bound(Math.floor(y / 16), 2 ** 25);
  const c = bound(Math.floor(z / 16), 2 ** 25);
  return (log2(a * a + b * b + c * c + 256) - 8 * LOG_ONE) >> 1;
}

/** 2^(x/256) in 1/32768, for x from -15·256 to 0. */
export function exp2(x: number): number {
  return expTable[-x & (LOG_ONE - 1)]! >> (-x >> 8);
}

export function clamp(x: number, lo: number, hi: number): number {
  return x > hi ? (hi > lo ? hi : lo) : x > lo ? x : lo;
}

export function bound(x: number, limit: number): number {
  return x > limit ? limit : x < -limit ? -limit : x;
}

/** b as a size. */
export function mark(b: boolean): number {
  return b ? LOG_ONE : 0;
}

/** A vector in 1/256 units of its field. */
export type Vec = Float64Array;

export function vec(): Vec {
  return new Float64Array(3);
}

/** The size of a. */
export function extent(a: Vec): number {
  return extent3(a[0]!, a[1]!, a[2]!);
}

/** The size of a - b. */
export function apart(a: Vec, b: Vec): number {
  return extent3(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
}
