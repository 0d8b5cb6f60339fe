/** A vector of the plane. */
export interface Vec2 {
  x: number;
  y: number;
}

/** A vector of space; y is up. */
export interface Vec3 {
  x: number;
  y: number;
  z: number;
}

/** A rotation as a unit quaternion. */
export interface Quat {
  x: number;
  y: number;
  z: number;
  w: number;
}

/**
 * A number as a whole number of steps of num/den, limited to lo..hi: the nearest, of two that are equally near the one
 * above. NaN is lo. See docs/wire.md#steps.
 */
export function steps(v: number, num: number, den: number, lo: number, hi: number): number {
  const x = (v * den) / num;
  if (!(x > lo)) return lo;
  return x >= hi ? hi : Math.floor(x + 0.5);
}

/** The number that n steps of num/den stand for. */
export function fromSteps(n: number, num: number, den: number): number {
  return (n * num) / den;
}

const FULL_TURN = 2 * Math.PI;

/** An angle in radians as a share of a full turn in 2^width, from 0 on. See docs/wire.md#angles. */
export function turnOf(radians: number, width: number): number {
  let t = radians / FULL_TURN;
  t -= Math.floor(t);
  if (!(t >= 0 && t <= 1)) return 0;
  return Math.floor(t * 2 ** width + 0.5) % 2 ** width;
}

/** The angle in radians, from -π to below π, that n of 2^width stand for. */
export function fromTurn(n: number, width: number): number {
  return ((n >= 2 ** (width - 1) ? n - 2 ** width : n) * FULL_TURN) / 2 ** width;
}

/** A rotation as its smallest three: which part is left out, and the others from 0 to 2^width-2. */
export interface PackedQuat {
  largest: number;
  parts: [number, number, number];
}

// How many steps below the largest part another may be and still change places with it on the way through floats.
const NEARLY_LARGEST = 4;

/** A rotation in parts of width bits; packing what {@link unpackQuat} gives comes to the same. See docs/wire.md#rotations. */
export function packQuat(q: Quat, width: number): PackedQuat {
  let [packed, sure] = packOnce(q, width);
  for (let i = 0; i < 4 && !sure; i++) {
    const [again] = packOnce(unpackQuat(packed, width), width);
    sure = samePacked(again, packed);
    packed = again;
  }
  return packed;
}

/** One round. It is sure where no other part is nearly as large as the largest. */
function packOnce(q: Quat, width: number): [PackedQuat, boolean] {
  const half = 2 ** (width - 1) - 1;
  const scale = half * Math.SQRT2;
  const c = [Math.fround(q.x), Math.fround(q.y), Math.fround(q.z), Math.fround(q.w)] as const;
  const length = Math.sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + c[3] * c[3]);
  if (!(length > 0) || length === Infinity) return [{ largest: 3, parts: [half, half, half] }, true];
  const n = c.map((v) => Math.floor((Math.abs(v) / length) * scale + 0.5));
  const top = Math.max(...n);
  const largest = n.indexOf(top);
  const negative = (c[largest] ?? 0) < 0;
  const parts: number[] = [];
  let sure = true;
  for (const [i, v] of c.entries()) {
    if (i === largest) continue;
    const size = n[i] ?? 0;
    sure &&= size + NEARLY_LARGEST < top;
    const part = Math.min(size, half);
    parts.push(half + (v < 0 !== negative ? -part : part));
  }
  return [{ largest, parts: parts as [number, number, number] }, sure];
}

/** The unit quaternion, its largest part not below zero, each part as a float32 holds it. */
export function unpackQuat(p: PackedQuat, width: number): Quat {
  const half = 2 ** (width - 1) - 1;
  const scale = half * Math.SQRT2;
  const out: number[] = [];
  let rest = 1;
  for (const part of p.parts) {
    const v = (part - half) / scale;
    rest -= v * v;
    out.push(Math.fround(v));
  }
  out.splice(p.largest, 0, Math.fround(Math.sqrt(Math.max(rest, 0))));
  const [x = 0, y = 0, z = 0, w = 0] = out;
  return { x, y, z, w };
}

/** Whether two rotations are packed alike. */
export function samePacked(a: PackedQuat, b: PackedQuat): boolean {
  return a.largest === b.largest && a.parts.every((v, i) => v === b.parts[i]);
}

/** A rotation's smallest three as integers: which part is left out, and the others. */
export function quatIntegers(q: Quat, width: number): [number, number, number, number] {
  const p = packQuat(q, width);
  return [p.largest, ...p.parts];
}

/** What quatIntegers was given, as a client holds it. */
export function quatOf(n: readonly [number, number, number, number], width: number): Quat {
  return unpackQuat({ largest: n[0], parts: [n[1], n[2], n[3]] }, width);
}
