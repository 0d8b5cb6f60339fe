// Rotations in integers, in 1/262144, as docs/wire.md#predicted-difference has them. Every intermediate stays below 2^53.

/** x y z w; or a rotation's four fields. */
export type Quat = [number, number, number, number];

const ONE = 2 ** 18;
const INV_ROOT2 = 185_364;
const MAX_SHARE = 32 * 4096;

/** x ≫ 18 of the wire document: rounded down. */
function down(x: number, by = ONE): number {
  return Math.floor(x / by);
}

function part(q: readonly number[], i: number): number {
  return q[i] as number;
}

/** The quaternion of a rotation's fields: the index of the part left out, then the other three, 0..top. */
export function smallest(fields: Quat, top: number): Quat {
  const q: Quat = [0, 0, 0, 0];
  let sum = 0;
  let j = 1;
  const step = Math.floor((INV_ROOT2 * 2 ** 14) / top);
  for (let i = 0; i < 4; i++) {
    if (i === fields[0]) continue;
    const v = down((2 * part(fields, j) - top) * step, 2 ** 14);
    q[i] = v;
    sum += v * v;
    j++;
  }
  q[fields[0]] = root(ONE * ONE - sum);
  return q;
}

function root(x: number): number {
  x = Math.max(x, 2 ** 32);
  let r = Math.floor((down(x) * 5) / 8) + (ONE * 3) / 8;
  r = (r + Math.floor(x / r)) >> 1;
  return (r + Math.floor(x / r)) >> 1;
}

/** The rotation that takes b to a. */
export function since(a: Quat, b: Quat): Quat {
  return mul(a, [-b[0], -b[1], -b[2], b[3]]);
}

export function mul(a: Quat, b: Quat): Quat {
  const half = ONE / 2;
  return [
    down(a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + half),
    down(a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0] + half),
    down(a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3] + half),
    down(a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2] + half),
  ];
}

/** num/4096 times a's angle, the short way round, about a's axis. */
export function share(a: Quat, num: number): Quat {
  if (a[3] < 0) a = [-a[0], -a[1], -a[2], -a[3]];
  const s2 = down(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
  const s4 = down(s2 * s2);
  let k = down(Math.min(num, MAX_SHARE) * (ONE + Math.floor(s2 / 6) + Math.floor((s4 * 3) / 40)), 4096);
  const j = k >> 3;
  const t2 = Math.min(down(down(s2 * j) * j, 4096), 2 * ONE);
  const t4 = down(t2 * t2);
  k = down(k * (ONE - Math.floor(t2 / 6) + Math.floor(t4 / 120)));
  return [
    down(a[0] * k), down(a[1] * k), down(a[2] * k),
    ONE - Math.floor(t2 / 2) + Math.floor(t4 / 24) - Math.floor(down(t4 * t2) / 720),
  ];
}

/** The part with the greatest magnitude, the first of equals, and by how much it leads the next. */
export function largest(a: Quat): { at: number; lead: number } {
  let at = 0;
  let most = Math.abs(a[0]);
  let next = 0;
  for (let i = 1; i < 4; i++) {
    const m = Math.abs(part(a, i));
    if (m > most) [at, most, next] = [i, m, most];
    else if (m > next) next = m;
  }
  return { at, lead: most - next };
}

/** The three parts beside one left out, 0..top. */
export function chart(a: Quat, left: number, top: number): [number, number, number] {
  const sign = part(a, left) < 0 ? -1 : 1;
  const v: [number, number, number] = [0, 0, 0];
  let j = 0;
  for (let i = 0; i < 4; i++) {
    if (i === left) continue;
    v[j] = Math.max(0, Math.min(top, down(Math.trunc((sign * part(a, i) * top) / INV_ROOT2) + top + 1, 2)));
    j++;
  }
  return v;
}
