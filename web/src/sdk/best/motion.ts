import { LAG1, LAG12, LAG2, LAG3, LAG6, type Entity } from './entity';
import type { FullGroup } from './layout';
import { apart, bound, extent, LOG_ONE, MAX_PLACE, size, vec } from './math';
import { lowest, quat, rotate, smallest } from './quat';
import type { State } from './state';
import { modelMotion, modelMotionAlone, modelStart, modelStartAlone, type Model } from './tables';

const NEAR_NOW = [49, 67, 95, 186] as const;

/** Whether residuals count from the displacement of a body that goes slowly on, rather than from a free one's. */
function slow(e: Entity): boolean {
  return extent(e.coast[LAG6]!) < 3 * LOG_ONE;
}

/** Notes that an entity kept its place. */
export function stay(e: Entity): void {
  const expected = slow(e) ? e.coast[LAG6]! : e.free[LAG6]!;
  for (let a = 0; a < 3; a++) e.residual[a] = -expected[a]!;
}

/** Codes places. */
export class Motions {
  private readonly group: FullGroup;
  // What the rotation, decoded first, says of a body that rolls over the ground.
  private readonly pivot = vec(); // displacement about the corner that is lowest now
  private readonly oldPivot = vec(); // about the one that was
  private lift = 0; // that puts the lowest corner on the floor
  private over = 0; // height of the lowest corner above the floor, had nothing stopped it
  private readonly boxes: boolean;
  private readonly corner = vec();
  private readonly a = vec();
  private readonly b = vec();
  private readonly pose = quat();

  constructor(private readonly s: State) {
    this.group = s.plan.motion!;
    this.boxes = s.plan.rotation !== null && this.group.half > 0 && this.group.count === 3;
  }

  /** Codes the place of an entity that was moving. */
  move(e: Entity, i: number): void {
    const { s } = this;
    const set = s.plan.rotation === null ? modelMotionAlone : modelMotion;
    this.contact(e, i);
    this.motionSizes(e, i);
    s.share(set);
    s.coupling.reset();
    for (let a = 0; a < this.group.count; a++) {
      this.motionOwn(e, a);
      this.axis(set, e, i, a);
      s.coupling.add(e.residual[a]!, e.coast[LAG2]![a]!);
    }
  }

  /** Codes the place of an entity that was at rest. */
  startMove(e: Entity, i: number): void {
    const { s } = this;
    const set = s.plan.rotation === null ? modelStartAlone : modelStart;
    this.contact(e, i);
    this.startSizes(e, i);
    s.share(set);
    s.coupling.reset();
    for (let a = 0; a < this.group.count; a++) {
      this.startOwn(e, a);
      this.axis(set, e, i, a);
      s.coupling.add(e.residual[a]!, 0);
    }
  }

  /** Codes one coordinate and notes its residual. */
  private axis(set: Model, e: Entity, i: number, a: number): void {
    const { s } = this;
    const field = this.group.first + a;
    const at = i * s.plan.fields + field;
    const was = s.past.values[0]![at]!;
    const now = s.predicted(set, s.values[at]!, was, s.plan.min[field]!, s.plan.max[field]! + 1);
    s.values[at] = now;
    e.moved[a] = bound((now - was) * 256, MAX_PLACE);
    const expected = slow(e) ? e.coast[LAG6]! : e.free[LAG6]!;
    e.residual[a] = bound(e.moved[a]! - expected[a]!, MAX_PLACE);
  }

  private contact(e: Entity, i: number): void {
    if (!this.boxes) return;
    const { s, group, a, b, pose, pivot, oldPivot, corner } = this;
    smallest(pose, s.values, i * s.plan.fields + s.plan.rotation!.first, s.plan.top);
    const reach = lowest(corner, pose, group.half);
    rotate(a, e.pose, corner);
    rotate(b, pose, corner);
    for (let k = 0; k < 3; k++) pivot[k] = a[k]! - b[k]!;
    rotate(a, e.pose, e.corner);
    rotate(b, pose, e.corner);
    for (let k = 0; k < 3; k++) oldPivot[k] = a[k]! - b[k]!;
    this.lift = bound(reach + group.floor * 256 - e.place[2]!, MAX_PLACE);
    this.over = e.free[LAG6]![2]! - this.lift;
  }

  private motionSizes(e: Entity, i: number): void {
    const { s, over } = this;
    const rest = s.past.rest[i]!;
    const nearMiss = e.near < 0 ? 0 : Math.floor((extent(s.neighbours!.residual(e.near)) * e.touch) / 256);
    const l = s.shared.reset();
    const c6 = e.coast[LAG6]!;
    l.add(LOG_ONE).add(extent(e.coast[LAG2]!)).add(extent(e.bend2)).add(extent(e.miss)).add(e.touch).add(extent(e.nearMiss));
    l.add(extent(c6)).add(extent(e.bend1)).add(nearMiss);
    l.add(apart(e.bend2, e.gravity)).add(apart(e.bend3, e.gravity)).add(apart(e.bend6, e.gravity));
    l.add(size(s.above(e))).add(s.low(e)).flag(e.closeNow < 95).add(e.turn[LAG2]!).add(extent(e.coast[LAG12]!)).add(apart(c6, e.coast[LAG12]!));
    l.flag(rest > 0).flag(rest > 1).flag(rest > 3).add(e.spinMiss[0]!).add(e.spinMiss[2]!);
    l.add(Math.floor(s.sink(e) / 64)).add(size(c6[s.up]!)).add(bound(Math.floor(e.coast[LAG1]![s.up]! / 64), 6 * LOG_ONE));
    l.add(bound(Math.floor(e.hang / 16), 4 * LOG_ONE)).add(size(e.hang)).add(size(over)).add(bound(Math.floor(over / 32), 4 * LOG_ONE));
    l.add(size(e.turnMiss)).add(apart(this.pivot, c6)).add(apart(this.pivot, this.oldPivot));
    l.add(bound(Math.floor(e.turnGain / 16), 8 * LOG_ONE)).flag(e.turned).add(size(e.hung[0]!)).add(size(e.hung[1]!));
  }

  private motionOwn(e: Entity, a: number): void {
    const { s } = this;
    const top = a === s.up;
    const k = s.coupling;
    const gain = k.gain();
    const sink = top ? s.sink(e) : 0;
    const hang = top ? e.hang : 0;
    const f1 = e.free[LAG1]![a]!;
    const f2 = e.free[LAG2]![a]!;
    const f3 = e.free[LAG3]![a]!;
    const f6 = e.free[LAG6]![a]!;
    const c2 = e.coast[LAG2]![a]!;
    const c6 = e.coast[LAG6]![a]!;
    const pivot = this.pivot[a]! - c6;
    const m = s.means.reset();
    m.add(f6).add(f1 - f6).add(f2 - f1).add(f3 - f2);
    m.add(e.bend6[a]! - e.gravity[a]!).add(e.bend3[a]! - e.bend6[a]!).add(e.bend1[a]! - e.bend2[a]!).add(e.bend2[a]! - e.bend3[a]!);
    m.add(Math.floor((gain * c2) / 4096)).add(e.nearMiss[a]!).add(e.miss[a]!).add(e.gravity[a]!).add(c6).add(k.sum);
    m.add(e.nearMove[a]!).add(e.free[LAG12]![a]! - f6).add(e.roll[a]!);
    m.add(pivot).add(this.oldPivot[a]! - this.pivot[a]!).add(top ? this.lift - f6 : 0).add(hang);
    m.add(Math.floor((e.turnGain * c2) / 4096)).add(sink);
    const o = s.own.reset();
    o.flag(a === 1).flag(top).add(size(e.coast[LAG1]![a]!)).add(size(e.bend2[a]!)).add(size(e.miss[a]!)).add(size(k.most)).add(size(k.last));
    o.add(bound(gain >> 4, 8 * LOG_ONE)).add(size(c6)).add(size(e.bend6[a]!)).add(size(pivot));
    o.flag(top && hang < 3 * 256).flag(top && hang < 6 * 256).flag(top && hang < 12 * 256);
    o.add(top ? size(e.coast[LAG1]![a]!) : 0).add(size(e.roll[a]!)).add(Math.floor(sink / 64));
  }

  private startSizes(e: Entity, i: number): void {
    const { s } = this;
    const l = s.shared.reset();
    l.add(LOG_ONE).add(e.touch).add(extent(e.nearMiss)).add(extent(e.nearMove)).flag(s.past.rest[i]! < 12).flag(e.turned);
    l.add(size(e.hang)).add(size(e.turnMiss)).add(extent(this.pivot)).steps(e.closeNow, NEAR_NOW);
  }

  private startOwn(e: Entity, a: number): void {
    const { s, group } = this;
    const top = a === s.up;
    const k = s.coupling;
    let push = 0;
    if (e.near >= 0) push = bound(Math.floor((e.place[a]! - s.neighbours!.now(e.near, a)) / 4), 64 * group.half);
    const pivot = this.pivot[a]!;
    const drift = this.oldPivot[a]! - pivot;
    const m = s.means.reset();
    m.add(e.nearMiss[a]!).add(e.nearMove[a]!).add(push).add(top ? group.half * 16 : 0).add(k.sum);
    m.add(pivot).add(drift).add(top ? this.lift : 0).add(top ? e.hang : 0);
    s.own.reset().flag(a === 1).flag(top).add(size(k.most)).add(size(k.last)).add(size(pivot)).add(size(drift)).flag(top && e.hang < 3 * 256);
  }
}
