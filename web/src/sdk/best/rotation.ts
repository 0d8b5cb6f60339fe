import { LAG1, LAG12, LAG2, LAG3, LAG6, LAG_TARGETS, type Entity } from './entity';
import { apart, bound, extent, LOG_ONE, mark, size, vec, type Vec } from './math';
import { rollBy } from './past';
import { chart, STEPS_PER_ONE, type Quat } from './quat';
import type { State } from './state';
import { modelStartTurn, modelTurn, switchLargest } from './tables';

const SPINS = [LAG1, LAG2, LAG3, LAG6, LAG12] as const;
const NEAR_NOW = [34, 49, 67, 95, 186] as const;
const NEAR = [67, 95, 186] as const;

/** Codes rotations. */
export class Rotations {
  private readonly here = vec();
  private readonly to: Vec[] = LAG_TARGETS.map(vec);
  private readonly roll = vec();
  private readonly tip = vec();
  private readonly order = new Int32Array(4);
  private readonly boxes: boolean;

  constructor(private readonly s: State) {
    const m = s.plan.motion;
    this.boxes = s.plan.rotation !== null && m !== null && m.half > 0 && m.count === 3;
  }

  /** Codes the rotation of an entity that was moving. */
  turn(e: Entity, i: number): void {
    const at = i * this.s.plan.fields + this.s.plan.rotation!.first;
    const was = this.s.past.values[0]![at]!;
    const foreseen = this.largest(e, e.spin[LAG3]!, at, was);
    this.charts(e, at);
    this.turnSizes(e, i, this.s.values[at] !== was, this.s.values[at] !== foreseen);
    this.code(e, at, true);
  }

  /** Codes the rotation of an entity that was at rest. */
  startTurn(e: Entity, i: number): void {
    const at = i * this.s.plan.fields + this.s.plan.rotation!.first;
    const was = this.s.past.values[0]![at]!;
    this.largest(e, e.pose, at, was);
    if (this.boxes) rollBy(e.rolling, e.pose, e.nearMove, this.s.plan.motion!.half);
    this.charts(e, at);
    this.startSizes(e, i, this.s.values[at] !== was);
    this.code(e, at, false);
  }

  /** Sets what is expected, as the three parts beside the largest one. */
  private charts(e: Entity, at: number): void {
    const { here, to, roll, tip } = this;
    const largest = this.s.values[at]!;
    const top = this.s.plan.top;
    chart(here, e.pose, largest, top);
    const relative = (out: Vec, q: Quat): void => {
      chart(out, q, largest, top);
      for (let k = 0; k < 3; k++) out[k]! -= here[k]!;
    };
    for (const l of SPINS) relative(to[l]!, e.spin[l]!);
    if (this.boxes) {
      relative(roll, e.rolling);
      relative(tip, e.tipping);
    }
  }

  private code(e: Entity, at: number, moving: boolean): void {
    const { s, here, to } = this;
    const set = moving ? modelTurn : modelStartTurn;
    const k = s.coupling;
    s.share(set);
    k.reset();
    for (let a = 0; a < 3; a++) {
      this.turnOwn(a);
      const now = s.predicted(set, s.values[at + 1 + a]!, Math.floor(here[a]! / 256), 0, s.plan.top + 1);
      s.values[at + 1 + a] = now;
      k.add(now * 256 - here[a]! - to[LAG3]![a]!, to[LAG3]![a]!);
    }
    e.turnMiss = k.most;
    e.turnGain = k.gain();
  }

  /** Codes which part of the quaternion is left out, the likeliest first, and returns that. */
  private largest(e: Entity, guess: Quat, at: number, was: number): number {
    const { s, order } = this;
    const part = (j: number): number => Math.abs(guess[order[j]!]!);
    for (let i = 0; i < 4; i++) {
      order[i] = i;
      for (let j = i; j > 0 && part(j) > part(j - 1); j--) {
        const swap = order[j]!;
        order[j] = order[j - 1]!;
        order[j - 1] = swap;
      }
    }
    s.buckets.reset();
    for (let j = 0; j < 3; j++) {
      const gap = size(Math.floor(((part(j) - part(j + 1)) * STEPS_PER_ONE) / 2 ** 18));
      const turn = e.turn[LAG6]!;
      const miss = e.spinMiss[0]!;
      const surer = bound(gap - Math.max(turn, miss), 4 * LOG_ONE);
      const same = order[j] === was;
      const l = s.shared.reset();
      l.add(LOG_ONE).add(gap).add(turn).add(miss).add(bound(gap - turn, 4 * LOG_ONE)).add(surer).flag(same);
      l.add(same ? surer : 0).flag(turn === 0).flag(j > 0).flag(j > 1);
      if (s.decide(switchLargest, s.values[at] === order[j])) {
        s.values[at] = order[j]!;
        return order[0]!;
      }
    }
    s.values[at] = order[3]!;
    return order[0]!;
  }

  private turnSizes(e: Entity, i: number, moved: boolean, odd: boolean): void {
    const { s, to, roll, tip } = this;
    const rest = s.past.rest[i]!;
    const nearMiss = e.near < 0 ? 0 : Math.floor((extent(s.neighbours!.residual(e.near)) * e.touch) / 256);
    const over = e.hang + e.free[LAG6]![s.up]!;
    const l = s.shared.reset();
    l.add(LOG_ONE).add(e.turn[LAG6]!).add(extent(to[LAG3]!)).add(apart(to[LAG3]!, to[LAG6]!)).add(apart(to[LAG1]!, to[LAG3]!)).add(apart(to[LAG12]!, to[LAG6]!));
    l.add(extent(e.coast[LAG6]!)).add(extent(e.bend2)).add(apart(e.bend3, e.gravity)).add(extent(e.miss));
    l.add(e.touch).flag(e.closeNow < 95).add(nearMiss).add(extent(e.nearMiss));
    l.add(size(s.above(e))).add(Math.floor(s.sink(e) / 64)).add(s.low(e)).add(bound(Math.floor(e.hang / 16), 4 * LOG_ONE)).add(size(e.hang));
    l.add(bound(Math.floor(over / 32), 4 * LOG_ONE)).add(size(over)).flag(e.hang < 6 * 256);
    l.flag(moved).flag(odd).add(e.spinMiss[0]!).add(e.spinMiss[1]!).add(e.spinMiss[2]!);
    l.flag(rest > 0).flag(rest > 1).flag(rest > 3).flag(rest < 12).add(size(e.hung[0]!)).add(size(e.hung[1]!));
    l.add(apart(roll, to[LAG3]!)).add(extent(tip));
  }

  private turnOwn(a: number): void {
    const { s, to } = this;
    const gain = s.coupling.gain();
    const t1 = to[LAG1]![a]!;
    const t2 = to[LAG2]![a]!;
    const t3 = to[LAG3]![a]!;
    const t6 = to[LAG6]![a]!;
    const roll = this.roll[a]! - t3;
    const tip = this.tip[a]!;
    s.means.reset().add(this.here[a]! & 255).add(t6).add(t3 - t6).add(t2 - t3).add(t1 - t2);
    s.means.add(Math.floor((gain * t3) / 4096)).add(to[LAG12]![a]! - t6).add(roll).add(tip);
    const k = s.coupling;
    s.own.reset().flag(a === 1).flag(a === 2).add(size(t1)).add(size(t3)).add(size(k.most)).add(size(k.last));
    s.own.add(bound(gain >> 4, 8 * LOG_ONE)).add(size(roll)).add(size(tip));
  }

  private startSizes(e: Entity, i: number, moved: boolean): void {
    const { s } = this;
    const l = s.shared.reset();
    l.add(LOG_ONE).add(e.touch).add(extent(e.nearMiss)).add(extent(e.nearMove)).flag(s.past.rest[i]! < 12).add(size(e.hang)).add(mark(moved));
    l.steps(e.closeNow, NEAR_NOW).steps(e.closest, NEAR);
    if (e.near < 0) {
      l.add(0).add(0).add(0);
      return;
    }
    const near = s.neighbours!;
    l.add(Math.floor((extent(near.residual(e.near)) * e.touch) / 256)).add(Math.floor((extent(near.moved(e.near)) * e.touch) / 256));
    l.add(Math.floor((near.turnMiss(e.near) * e.touch) / 256));
  }
}
