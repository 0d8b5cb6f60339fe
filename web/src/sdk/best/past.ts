import { LAG1, LAG12, LAG2, LAG3, LAG4, LAG6, LAG7, LAG9, LAGS, LAG_TARGETS, type Entity } from './entity';
import { MAX_LAG, type History } from './history';
import { MAX_INTEGER, type FullGroup, type Plan } from './layout';
import { bound, extent, MAX_PLACE, vec, type Vec } from './math';
import { lowest, multiplyConj, near, nudge, quat, QUAT_ONE, rotate, share, smallest, turnOf, upOf, type Quat } from './quat';

const PER_ONE = 1 / QUAT_ONE;
const TURNS = [LAG1, LAG2, LAG3, LAG6, LAG12] as const;
const POSES = [...TURNS, LAG7, LAG9] as const;

/** Those of the lags named whose versions are looked at: bits, as the names are. The others need no rows of their own. */
export function looks(lags: number): number {
  let out = 0;
  let at = 0;
  for (const want of LAG_TARGETS) {
    for (let next = at + 1; at < want && next <= MAX_LAG; next++) if ((lags >> next) & 1) at = next;
    out |= 1 << at;
  }
  return out;
}

/** What history says of the entities. */
export class Past {
  ahead = 0;
  rest: Uint8Array = new Uint8Array(0);
  /** The lag in ticks that stands for each lag. */
  private readonly lag = new Float64Array(LAGS);
  /** Of a displacement over a lag to the snapshot, in 1/4096: at most 127·4096. */
  private readonly stretch = new Float64Array(LAGS);
  /** The values of the version at each lag. */
  readonly values: Float64Array[] = new Array<Float64Array>(LAGS).fill(new Float64Array(0));

  private readonly gone = LAG_TARGETS.map(vec);
  private readonly poses = LAG_TARGETS.map(quat);
  private readonly a = vec();
  private readonly q = quat();
  private readonly r = quat();

  constructor(private readonly plan: Plan) {}

  /** Finds a version for each lag. */
  lookBack(h: History): void {
    this.ahead = h.ahead;
    this.rest = h.rest;
    let j = 0;
    for (let i = 0; i < LAGS; i++) {
      while (j + 1 < h.versions.length && h.versions[j]!.lag < LAG_TARGETS[i]!) j++;
      const v = h.versions[j]!;
      this.lag[i] = v.lag;
      this.values[i] = v.rows.values;
      this.stretch[i] = v.lag > 0 ? Math.floor((h.ahead * 4096) / v.lag) : 0;
    }
  }

  /** Sets out to the place of entity i in values. */
  place(out: Vec, values: Float64Array, i: number): void {
    const g = this.plan.motion!;
    const at = i * this.plan.fields + g.first;
    for (let a = 0; a < 3; a++) out[a] = a < g.count ? bound(values[at + a]!, MAX_INTEGER) * 256 : 0;
  }

  /** Sets e to what history says of entity i. */
  recall(e: Entity, i: number): void {
    e.reset();
    if (this.plan.motion !== null) this.recallPlace(e, i, this.plan.motion);
    if (this.plan.rotation !== null) this.recallPose(e, i, this.plan.rotation);
  }

  private recallPlace(e: Entity, i: number, g: FullGroup): void {
    const { ahead, lag, stretch, gone, a } = this;
    const up = g.count - 1;
    this.place(e.place, this.values[0]!, i);
    for (let l = LAG1; l < LAGS; l++) {
      const d = gone[l]!;
      const coast = e.coast[l]!;
      const free = e.free[l]!;
      this.place(a, this.values[l]!, i);
      const span = ahead + lag[l]!;
      const brake = Math.max(0, 4096 - Math.floor((g.drag * span) / 32));
      for (let k = 0; k < 3; k++) {
        d[k] = bound(e.place[k]! - a[k]!, MAX_PLACE);
        coast[k] = bound(Math.floor((d[k]! * stretch[l]!) / 4096), MAX_PLACE);
        free[k] = Math.floor((coast[k]! * brake) / 4096);
      }
      free[up] = bound(free[up]! + Math.floor((g.fall * ahead * span) / 2), MAX_PLACE);
    }
    e.gravity[up] = Math.floor((g.fall * ahead * ahead) / 2);
    this.bend(e.bend1, LAG1, LAG2);
    this.bend(e.bend2, LAG2, LAG4);
    this.bend(e.bend3, LAG3, LAG6);
    this.bend(e.bend6, LAG6, LAG12);
    // What would have been expected of the baseline from lag 6, by the speed over the tick before that.
    const dt = lag[LAG7]! - lag[LAG6]!;
    const by = dt > 0 ? Math.floor((lag[LAG6]! * 4096) / dt) : 0;
    for (let k = 0; k < 3; k++) {
      const g6 = gone[LAG6]![k]!;
      const step = Math.floor(((gone[LAG7]![k]! - g6) * by) / 4096);
      e.miss[k] = dt > 0 ? bound(g6 - step, MAX_PLACE) : 0;
    }
  }

  /** Sets out to what the acceleration between two stretches of time adds up to the snapshot. */
  private bend(out: Vec, a: number, b: number): void {
    const { ahead, lag, stretch, gone } = this;
    const dt = lag[b]! - lag[a]!;
    if (dt === 0 || lag[a] === 0) {
      out.fill(0);
      return;
    }
    const by = Math.floor((ahead * 4096) / dt);
    const on = Math.floor((ahead * 4096) / lag[b]!);
    for (let k = 0; k < 3; k++) {
      const late = Math.floor((gone[a]![k]! * stretch[a]!) / 4096);
      const early = Math.floor(((gone[b]![k]! - gone[a]![k]!) * by) / 4096);
      out[k] = bound(Math.floor((bound(late - early, MAX_PLACE) * on) / 4096), MAX_PLACE);
    }
  }

  private poseAt(out: Quat, i: number, lag: number, first: number): void {
    smallest(out, this.values[lag]!, i * this.plan.fields + first, this.plan.top);
  }

  private recallPose(e: Entity, i: number, g: FullGroup): void {
    const { poses, q, a } = this;
    this.poseAt(e.pose, i, 0, g.first);
    for (const l of POSES) this.poseAt(poses[l]!, i, l, g.first);
    for (const l of TURNS) {
      multiplyConj(q, e.pose, poses[l]!);
      turnOf(a, q);
      e.turn[l] = extent(a);
      share(e.spin[l]!, q, this.stretch[l]!, e.pose);
    }
    e.spinMiss[0] = this.spinMiss(e, LAG6, LAG9);
    e.spinMiss[1] = this.spinMiss(e, LAG6, LAG7);
    e.spinMiss[2] = this.spinMiss(e, LAG3, LAG6);
    const m = this.plan.motion;
    if (m !== null && m.half > 0 && m.count === 3) this.recallBox(e, i, m);
  }

  /** How wrong going on from a lag by the turn before it would have been about the baseline. */
  private spinMiss(e: Entity, from: number, by: number): number {
    const { q, r, a, lag, poses } = this;
    const dt = lag[by]! - lag[from]!;
    if (dt === 0) return 0;
    multiplyConj(q, poses[from]!, poses[by]!);
    share(r, q, Math.floor((lag[from]! * 4096) / dt), poses[from]!);
    multiplyConj(q, e.pose, r);
    turnOf(a, q);
    return extent(a);
  }

  private recallBox(e: Entity, i: number, m: FullGroup): void {
    const { q, a } = this;
    const floor = m.floor * 256;
    e.hang = bound(e.place[2]! - lowest(e.corner, e.pose, m.half) - floor, MAX_PLACE);
    multiplyConj(q, e.spin[LAG3]!, e.pose);
    near(q);
    const r = 2 * m.half * 256;
    e.roll[0] = Math.floor(q[1]! * r * PER_ONE);
    e.roll[1] = Math.floor(-q[0]! * r * PER_ONE);
    for (let j = 0; j < 2; j++) {
      const l = j === 0 ? LAG3 : LAG6;
      const reach = lowest(this.a, this.poses[l]!, m.half);
      this.place(a, this.values[l]!, i);
      e.hung[j] = a[2]! - reach - floor;
    }
    rollBy(e.rolling, e.pose, e.coast[LAG6]!, m.half);
    this.tip(e, m.half);
  }

  /** Sets tipping to the pose when gravity pulls the body over its lowest corner, edge or face; the same where it hangs free. */
  private tip(e: Entity, half: number): void {
    if (e.hang > half * 32 || e.hang + e.free[LAG6]![2]! > 0) {
      e.tipping.set(e.pose);
      return;
    }
    const { a } = this;
    upOf(a, e.pose);
    for (let k = 0; k < 3; k++) a[k] = Math.floor((-bound(a[k]! * 8, QUAT_ONE) * half) / 1024);
    rotate(foot, e.pose, a);
    const pull = bound(-e.gravity[2]!, 2 ** 18);
    const x = Math.trunc((pull * foot[1]! * 3) / (4 * half * half)); // below 2^46 before the division
    const y = Math.trunc((-pull * foot[0]! * 3) / (4 * half * half));
    nudge(e.tipping, e.pose, x, y);
  }
}

const foot = vec();

/** Sets out to the pose of a box that rolls v over the ground. */
export function rollBy(out: Quat, pose: Quat, v: Vec, half: number): void {
  nudge(out, pose, Math.trunc((-v[1]! * 512) / half), Math.trunc((v[0]! * 512) / half));
}
