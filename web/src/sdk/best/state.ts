import { Coupling } from './coupling';
import type { Decoder } from './decoder';
import type { Encoder } from './encoder';
import { Entity, LAG6 } from './entity';
import { Buckets, List } from './features';
import type { Plan } from './layout';
import { bound, clamp, LOG_ONE, type Vec } from './math';
import { odds, Opinions, switchOdds } from './mixture';
import { Neighbours } from './neighbours';
import { Past } from './past';
import type { Model } from './tables';

/** What one run over a snapshot works with. Encoder and decoder do the same, but for where a decision comes from. */
export class State {
  readonly past: Past;
  readonly neighbours: Neighbours | null;
  readonly entity = new Entity();
  readonly opinions = new Opinions();
  readonly coupling = new Coupling();
  readonly means = new List(24);
  readonly shared = new List(64);
  readonly own = new List(20);
  readonly buckets = new Buckets();
  /** The values that are coded. */
  values: Float64Array = new Float64Array(0);
  /** How many of the last moving entities went on moving, 0 to 256. */
  streak = 0;
  /** Null: this is a decoder's. */
  encoder: Encoder | null = null;

  constructor(
    readonly plan: Plan,
    private readonly decoder: Decoder,
  ) {
    this.past = new Past(plan);
    this.neighbours = plan.motion === null ? null : new Neighbours(plan.motion);
  }

  /** Codes a decision. */
  bit(b: boolean, p: number): boolean {
    if (this.encoder === null) return this.decoder.bit(p);
    this.encoder.bit(b, p);
    return b;
  }

  /** Codes a decision by a switch's weights, the shared sizes and the buckets. */
  decide(weights: Float64Array, b: boolean): boolean {
    return this.bit(b, switchOdds(weights, this.shared.to, this.shared.n, this.buckets.to, this.buckets.n));
  }

  /** Weighs the shared sizes for the axes that follow. */
  share(m: Model): void {
    this.opinions.share(m, this.shared.to, this.shared.n);
  }

  /** Codes a value, lo <= x < hi, by a model, the means, which are relative to base, and the own sizes. */
  predicted(m: Model, x: number, base: number, lo: number, hi: number): number {
    this.opinions.form(m, this.means.to, this.means.n, this.own.to, this.own.n);
    return this.value(x - base, lo - base, hi - base) + base;
  }

  /** First the side of the experts' center, then ever wider steps away from it, then halves. Ranges are of 42 bits at most. */
  private value(x: number, lo: number, hi: number): number {
    const o = this.opinions;
    let under = 0;
    let over = o.total * 65536;
    let step = o.step;
    let t = clamp(Math.floor((o.center + 128) / 256), lo, hi - 1);
    // Is it at or above the center?
    let at = under;
    let up = true;
    if (t > lo) {
      at = o.below(t);
      up = this.bit(x >= t, odds(over - at, over));
    }
    if (up) {
      lo = t;
      under = at;
    } else {
      hi = t;
      over = at;
    }
    for (let inside = false; !inside; step *= 2) {
      t = up ? lo + step : hi - step;
      if (t <= lo || t >= hi) break;
      at = o.below(t);
      const above = this.bit(x >= t, odds(over - at, over - under));
      if (above) {
        lo = t;
        under = at;
      } else {
        hi = t;
        over = at;
      }
      inside = above !== up;
    }
    while (hi - lo > 1) {
      t = Math.floor((lo + hi) / 2);
      at = o.below(t);
      if (this.bit(x >= t, odds(over - at, over - under))) {
        lo = t;
        under = at;
      } else {
        hi = t;
        over = at;
      }
    }
    return lo;
  }

  /** What a body does to the ground if nothing stops it: a height above the floor; null: there is nothing to tell. */
  private height(e: Entity): number | null {
    const m = this.plan.motion;
    if (m === null || m.half === 0) return null;
    const up = m.count - 1;
    return bound(e.place[up]! - m.floor * 256 + e.free[LAG6]![up]!, 2 ** 29);
  }

  /** How far it sinks in. */
  sink(e: Entity): number {
    const z = this.height(e);
    return z === null ? 0 : Math.max(0, this.plan.motion!.half * 256 - z);
  }

  /** A soft measure of its height. */
  low(e: Entity): number {
    const z = this.height(e);
    if (z === null) return 0;
    const body = this.plan.motion!.half * 256;
    return bound(Math.trunc(((z - Math.trunc((body * 9) / 8)) * 2 * LOG_ONE) / body), 4 * LOG_ONE);
  }

  /** The axis that gravity pulls along. */
  get up(): number {
    return this.plan.motion === null ? 2 : this.plan.motion.count - 1;
  }

  /** How high an entity's center is above that of a body on the ground. */
  above(e: Entity): number {
    const m = this.plan.motion;
    return m === null ? e.place[2]! : e.place[m.count - 1]! - m.floor * 256 - m.half * 256;
  }

  /** Whether the fields of entity i in a group differ from the baseline's. */
  differs(i: number, g: { first: number; count: number }): boolean {
    const was = this.past.values[0]!;
    const at = i * this.plan.fields + g.first;
    for (let j = at; j < at + g.count; j++) if (this.values[j] !== was[j]) return true;
    return false;
  }

  /** The place of entity i now. */
  placeNow(out: Vec, i: number): void {
    this.past.place(out, this.values, i);
  }
}
