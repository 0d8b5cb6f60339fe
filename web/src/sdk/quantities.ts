import type { BitReader, BitWriter } from './bits';
import { direct, type FieldCodec } from './fieldcodec';
import {
  fromSteps, fromTurn, packQuat, samePacked, steps, turnOf, unpackQuat, type PackedQuat, type Quat, type Vec2, type Vec3,
} from './quantity';
import { int } from './scalars';

/** A number as a count of steps of num/den, lo to hi. */
export function fixed(num: number, den: number, lo: number, hi: number, width: number, small: number, medium: number): FieldCodec<number> {
  const n = (v: number): number => steps(v, num, den, lo, hi);
  return direct<number>({
    create: () => fromSteps(n(0), num, den),
    write: (w, v) => w.int(n(v), lo, hi, width),
    read: (r) => fromSteps(r.int(lo, hi, width), num, den),
    equal: (a, b) => n(a) === n(b),
    writeDelta: (w, v, base) => w.intDelta(n(v), n(base), lo, hi, width, small, medium),
    readDelta: (r, base) => fromSteps(r.intDelta(n(base), lo, hi, width, small, medium), num, den),
  });
}

/** An angle in radians, -π to below π, as a share of a full turn in 2^width; its difference is the shorter way round. */
export function turn(width: number, small: number, medium: number): FieldCodec<number> {
  const n = (v: number): number => turnOf(v, width);
  const half = 2 ** (width - 1);
  return direct<number>({
    create: () => 0,
    write: (w, v) => w.uint(n(v), width),
    read: (r) => fromTurn(r.uint(width), width),
    equal: (a, b) => n(a) === n(b),
    writeDelta(w, v, base) {
      const to = n(v);
      let d = to - n(base);
      if (d >= half) d -= 2 * half;
      if (d < -half) d += 2 * half;
      // The forms are those of an integer from -half to half-1 against 0, but for the whole one.
      if (d === 0) w.bool(false);
      else if (small > 0 && fits(d, small)) (w.uint(0b01, 2), w.uint(d, small));
      else if (small > 0 && fits(d, medium)) (w.uint(0b011, 3), w.uint(d, medium));
      else (w.uint(0b111, small > 0 ? 3 : 1), w.uint(to, width));
    },
    readDelta(r, base) {
      let v = n(base);
      if (!r.bool()) return fromTurn(v, width);
      if (small === 0) v = r.uint(width);
      else if (!r.bool()) v += signed(r.uint(small), small);
      else if (!r.bool()) v += signed(r.uint(medium), medium);
      else v = r.uint(width);
      return fromTurn((v + 2 * half) % (2 * half), width);
    },
  });
}

function fits(d: number, width: number): boolean {
  return d >= -(2 ** (width - 1)) && d < 2 ** (width - 1);
}

function signed(u: number, width: number): number {
  return u >= 2 ** (width - 1) ? u - 2 ** width : u;
}

/** A vector of the plane, each axis as axis has it. */
export function vec2(axis: FieldCodec<number>): FieldCodec<Vec2> {
  return direct<Vec2>({
    create: () => ({ x: axis.create(), y: axis.create() }),
    write: (w, v) => (axis.write(w, v.x), axis.write(w, v.y)),
    read: (r) => ({ x: axis.read(r), y: axis.read(r) }),
    equal: (a, b) => axis.equal(a.x, b.x) && axis.equal(a.y, b.y),
    writeDelta: (w, v, base) => (axis.writeDelta(w, v.x, base.x), axis.writeDelta(w, v.y, base.y)),
    readDelta: (r, base) => ({ x: axis.readDelta(r, base.x), y: axis.readDelta(r, base.y) }),
  });
}

/** A vector of space, each axis as axis has it. */
export function vec3(axis: FieldCodec<number>): FieldCodec<Vec3> {
  const plane = vec2(axis);
  return direct<Vec3>({
    create: () => ({ ...plane.create(), z: axis.create() }),
    write: (w, v) => (plane.write(w, v), axis.write(w, v.z)),
    read: (r) => ({ ...plane.read(r), z: axis.read(r) }),
    equal: (a, b) => plane.equal(a, b) && axis.equal(a.z, b.z),
    writeDelta: (w, v, base) => (plane.writeDelta(w, v, base), axis.writeDelta(w, v.z, base.z)),
    readDelta: (r, base) => ({ ...plane.readDelta(r, base), z: axis.readDelta(r, base.z) }),
  });
}

/** A rotation as the smallest three parts of its quaternion, each of width bits. */
export function quat(width: number, small: number, medium: number): FieldCodec<Quat> {
  const part = int(0, 2 ** width - 2, width, small, medium);
  const whole = (w: BitWriter, p: PackedQuat): void => {
    w.uint(p.largest, 2);
    for (const v of p.parts) part.write(w, v);
  };
  const read = (r: BitReader): Quat => unpackQuat({ largest: r.uint(2), parts: [part.read(r), part.read(r), part.read(r)] }, width);
  return direct<Quat>({
    create: () => ({ x: 0, y: 0, z: 0, w: 1 }),
    write: (w, v) => whole(w, packQuat(v, width)),
    read,
    equal: (a, b) => samePacked(packQuat(a, width), packQuat(b, width)),
    writeDelta(w, v, base) {
      const [to, from] = [packQuat(v, width), packQuat(base, width)];
      if (!w.changed(!samePacked(to, from))) return;
      if (w.changed(to.largest !== from.largest)) whole(w, to);
      else to.parts.forEach((p, i) => part.writeDelta(w, p, from.parts[i] ?? 0));
    },
    readDelta(r, base) {
      const from = packQuat(base, width);
      if (!r.bool()) return unpackQuat(from, width);
      if (r.bool()) return read(r);
      const [a, b, c] = from.parts;
      return unpackQuat({ largest: from.largest, parts: [part.readDelta(r, a), part.readDelta(r, b), part.readDelta(r, c)] }, width);
    },
  });
}
