// Rotations, x y z w, in 1/262144. Products round to nearest. Lengths stay below 22: they come from smallest threes (at most
// 1.25), from share (at most 14) and from products of these with one or two poses.
import { bound, vec, type Vec } from './math';

export type Quat = Float64Array;

export const QUAT_ONE = 2 ** 18;
const PER_ONE = 2 ** -18; // multiplying by it and rounding down is a shift
const HALF = QUAT_ONE / 2;

export function quat(): Quat {
  return new Float64Array(4);
}

/** Sets out to a times b; it may be either. */
export function multiply(out: Quat, a: Quat, b: Quat): void {
  product(out, a, b[0]!, b[1]!, b[2]!, b[3]!);
}

/** Sets out to a times the conjugate of b. */
export function multiplyConj(out: Quat, a: Quat, b: Quat): void {
  product(out, a, -b[0]!, -b[1]!, -b[2]!, b[3]!);
}

function product(out: Quat, a: Quat, x: number, y: number, z: number, w: number): void {
  const ax = a[0]!;
  const ay = a[1]!;
  const az = a[2]!;
  const aw = a[3]!;
  out[0] = Math.floor((aw * x + ax * w + ay * z - az * y + HALF) * PER_ONE);
  out[1] = Math.floor((aw * y - ax * z + ay * w + az * x + HALF) * PER_ONE);
  out[2] = Math.floor((aw * z + ax * y - ay * x + az * w + HALF) * PER_ONE);
  out[3] = Math.floor((aw * w - ax * x - ay * y - az * z + HALF) * PER_ONE);
}

/** Turns a into the one of a and -a with w not below zero: the short way round. */
export function near(a: Quat): void {
  if (a[3]! >= 0) return;
  for (let i = 0; i < 4; i++) a[i] = -a[i]!;
}

const stretched = quat();

/**
 * Sets out to the rotation of num/4096 times a's angle about a's axis, for angles up to half a turn, times b: the vector
 * part is stretched from sine to angle and back by the first terms of their series. num is at most 127·4096.
 */
export function share(out: Quat, a: Quat, num: number, b: Quat): void {
  const sign = a[3]! < 0 ? -1 : 1;
  const x = sign * a[0]!;
  const y = sign * a[1]!;
  const z = sign * a[2]!;
  const s2 = Math.floor((x * x + y * y + z * z) * PER_ONE); // at most 2.45
  const s4 = Math.floor(s2 * s2 * PER_ONE);
  const s6 = Math.floor(s4 * s2 * PER_ONE);
  const stretch = QUAT_ONE + Math.floor(s2 / 6) + Math.floor((s4 * 3) / 40) + Math.floor((s6 * 5) / 112); // at most 2.51
  let k = Math.floor((num * stretch) / 4096); // at most 319, its square below 2^53
  // The product may pass 2^53, and be inexact, far above where it is cut off.
  const t2 = Math.min(Math.floor(s2 * Math.floor(k * k * PER_ONE) * PER_ONE), 2 * QUAT_ONE);
  const t4 = Math.floor(t2 * t2 * PER_ONE);
  const t6 = Math.floor(t4 * t2 * PER_ONE);
  const shrink = QUAT_ONE - Math.floor(t2 / 6) + Math.floor(t4 / 120) - Math.floor(t6 / 5040);
  k = Math.floor(k * shrink * PER_ONE);
  stretched[0] = bound(Math.floor(x * k * PER_ONE), 8 * QUAT_ONE);
  stretched[1] = bound(Math.floor(y * k * PER_ONE), 8 * QUAT_ONE);
  stretched[2] = bound(Math.floor(z * k * PER_ONE), 8 * QUAT_ONE);
  stretched[3] = QUAT_ONE - Math.floor(t2 / 2) + Math.floor(t4 / 24) - Math.floor(t6 / 720);
  multiply(out, stretched, b);
}

/** Sets out to a, turned by twice x and y about the first two axes of the world. */
export function nudge(out: Quat, a: Quat, x: number, y: number): void {
  x = bound(x, HALF);
  y = bound(y, HALF);
  stretched[0] = x;
  stretched[1] = y;
  stretched[2] = 0;
  stretched[3] = QUAT_ONE - Math.floor((x * x + y * y) / 2 ** 19);
  multiply(out, stretched, a);
}

/** How many steps in 1/256 make 1.0 where 512 steps cover ±1/√2. */
export const STEPS_PER_ONE = 92_500;

/** Sets out to the vector part of a, the short way round, in 1/256 of a smallest-three step of 1/512. */
export function turnOf(out: Vec, a: Quat): void {
  const steps = a[3]! < 0 ? -STEPS_PER_ONE : STEPS_PER_ONE;
  for (let i = 0; i < 3; i++) out[i] = Math.floor(a[i]! * steps * PER_ONE);
}

const matrix = new Float64Array(9);

/** Sets matrix to a's rotation matrix, by rows, in 1/262144. */
function toMatrix(a: Quat): void {
  const x = a[0]!;
  const y = a[1]!;
  const z = a[2]!;
  const w = a[3]!;
  const per = 2 ** -17;
  matrix[0] = QUAT_ONE - Math.floor((y * y + z * z) * per);
  matrix[1] = Math.floor((x * y - z * w) * per);
  matrix[2] = Math.floor((x * z + y * w) * per);
  matrix[3] = Math.floor((x * y + z * w) * per);
  matrix[4] = QUAT_ONE - Math.floor((x * x + z * z) * per);
  matrix[5] = Math.floor((y * z - x * w) * per);
  upTo(matrix, 6, a);
}

/** The last row of a's matrix. */
function upTo(out: Float64Array, at: number, a: Quat): void {
  const x = a[0]!;
  const y = a[1]!;
  const z = a[2]!;
  const w = a[3]!;
  const per = 2 ** -17;
  out[at] = Math.floor((x * z - y * w) * per);
  out[at + 1] = Math.floor((y * z + x * w) * per);
  out[at + 2] = QUAT_ONE - Math.floor((x * x + y * y) * per);
}

/** Sets out to a's up axis: the last row of its matrix. */
export function upOf(out: Vec, a: Quat): void {
  upTo(out, 0, a);
}

/** Sets out to v, in 1/256, turned by a. out is not v. */
export function rotate(out: Vec, a: Quat, v: Vec): void {
  toMatrix(a);
  for (let i = 0; i < 3; i++) {
    out[i] = Math.floor((matrix[3 * i]! * v[0]! + matrix[3 * i + 1]! * v[1]! + matrix[3 * i + 2]! * v[2]!) * PER_ONE);
  }
}

const INV_ROOT2 = 185_364; // 1/√2 in 1/262144

/** Sets out to what a Rotation group's values, from at on, say: the index of its largest part, then the others in order, 0..top for ±1/√2. */
export function smallest(out: Quat, values: Float64Array, at: number, top: number): void {
  const largest = values[at]!;
  let sum = 0;
  let j = at + 1;
  for (let i = 0; i < 4; i++) {
    if (i === largest) continue;
    const part = Math.trunc(((2 * values[j]! - top) * INV_ROOT2) / top);
    out[i] = part;
    sum += part * part;
    j++;
  }
  out[largest & 3] = rest(QUAT_ONE * QUAT_ONE - sum);
}

/** About the square root of x/QUAT_ONE², from a quarter to 1, in 1/262144: a line and two of Newton's steps. */
function rest(x: number): number {
  x = Math.max(x, (QUAT_ONE * QUAT_ONE) / 16);
  let r = Math.floor((Math.floor(x * PER_ONE) * 5) / 8) + (QUAT_ONE * 3) / 8;
  r = Math.floor((r + Math.floor(x / r)) / 2);
  return Math.floor((r + Math.floor(x / r)) / 2);
}

/** Sets out to a as the smallest three beside a largest one, in 1/256 steps. */
export function chart(out: Vec, a: Quat, largest: number, top: number): void {
  const sign = a[largest]! < 0 ? -1 : 1;
  let j = 0;
  for (let i = 0; i < 4; i++) {
    if (i === largest) continue;
    out[j] = Math.trunc((sign * a[i]! * top * 128) / INV_ROOT2) + top * 128; // below 2^46 before the division: a length below 18
    j++;
  }
}

const up = vec();

/** Sets corner to the lowest corner of a box with pose a, in the box's frame, and returns how far it is below the center. */
export function lowest(corner: Vec, a: Quat, half: number): number {
  upTo(up, 0, a);
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    corner[i] = up[i]! < 0 ? half * 256 : half * -256;
    sum += Math.abs(up[i]!);
  }
  return Math.floor(sum * (half * 256) * PER_ONE);
}
