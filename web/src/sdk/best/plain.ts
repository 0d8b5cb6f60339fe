import type { Decoder } from './decoder';
import type { Encoder } from './encoder';
import type { FullGroup, Plan } from './layout';
import { learn, probability, probs, startAt, type Probs } from './prob';
import type { Rows } from './rows';
import { addWide, lessWide, newSigned, readSigned, readWide, subWide, writeSigned, writeWide, type Wide } from './signed';
import { priors } from './tables';

// The contexts of decisions.
export const COLD = 0; // an entity at rest with nothing near it moves
export const TURNS = 1; // what moves an entity that was at rest turns it
export const GOES = 2; // likewise, moves its place, where it turned
const CHANGES = 3; // a plain field changes: by whether the entity moved, and by lapse
const LAPSES = 20;
const CONTEXTS = CHANGES + 2 * LAPSES;

const fresh = newSigned(4);

/** The adaptive probabilities of what no model covers, and the fields that have no prediction. They start anew in every packet. */
export class Plain {
  encoder: Encoder | null = null;
  private readonly bits = probs(CONTEXTS);
  private readonly context: (Probs | null)[];
  private readonly groups: readonly FullGroup[];
  private readonly min: readonly (Wide | null)[];
  private readonly max: readonly (Wide | null)[];
  private readonly was: Wide = { high: 0, low: 0 };
  private readonly now: Wide = { high: 0, low: 0 };
  private readonly by: Wide = { high: 0, low: 0 };

  constructor(
    private readonly plan: Plan,
    private readonly decoder: Decoder,
  ) {
    this.groups = plan.groups.filter((g) => g.class === 'plain');
    this.context = plan.layout.fields.map(() => null);
    for (const g of this.groups) for (let j = g.first; j < g.first + g.count; j++) this.context[j] = newSigned(4);
    const words = (v: number | bigint): Wide => ({ low: Number(BigInt.asUintN(32, BigInt(v))), high: Number(BigInt(v) >> 32n) });
    this.min = plan.layout.fields.map((f, j) => (plan.wide?.[j] === true ? words(f.min) : null));
    this.max = plan.layout.fields.map((f, j) => (plan.wide?.[j] === true ? words(f.max) : null));
  }

  reset(): void {
    for (let i = 0; i < CONTEXTS; i++) startAt(this.bits, i, priors[i]!);
    for (const c of this.context) c?.set(fresh);
  }

  /** Codes a decision in a context that learns. */
  adaptive(b: boolean, context: number): boolean {
    const p = probability(this.bits, context);
    if (this.encoder === null) b = this.decoder.bit(p);
    else this.encoder.bit(b, p);
    learn(this.bits, context, b);
    return b;
  }

  /** Codes the plain fields of entity i, which has been at rest for so long, at a snapshot so far ahead. */
  code(rows: Rows, before: Rows, i: number, moved: boolean, rest: number, ahead: number): void {
    const now = rows.values;
    const was = before.values;
    const at = i * this.plan.fields;
    for (const g of this.groups) {
      // 2 to 18: before the lapse, by the tick through the ticks that the snapshot is ahead, after.
      const late = rest + ahead - g.lapse + 4;
      const lapse = (moved ? LAPSES : 0) + CHANGES + (g.lapse === 0 ? 1 : late < 2 ? 2 : late > 18 ? 18 : late);
      for (let j = g.first; j < g.first + g.count; j++) {
        const k = at + j;
        if (this.min[j] !== null) {
          this.wide(rows, before, k, j, lapse, moved);
          continue;
        }
        const min = this.plan.min[j]!;
        const context = was[k] === min ? (moved ? LAPSES : 0) + CHANGES : lapse;
        if (!this.adaptive(now[k] !== was[k], context)) now[k] = was[k]!;
        else now[k] = this.other(now[k]!, was[k]!, j);
      }
    }
  }

  /** Codes a value that is not was. */
  private other(x: number, was: number, field: number): number {
    const min = this.plan.min[field]!;
    const max = this.plan.max[field]!;
    if (max - min === 1) return min + max - was;
    const context = this.context[field]!;
    if (this.encoder !== null) {
      writeSigned(this.encoder, x - was, context);
      return x;
    }
    x = was + readSigned(this.decoder, context); // inexact only where it is out of range
    if (x >= min && x <= max && x !== was) return x;
    this.decoder.fail();
    return was;
  }

  private wide(rows: Rows, before: Rows, k: number, field: number, lapse: number, moved: boolean): void {
    const { was, now, by } = this;
    const min = this.min[field]!;
    was.low = before.values[k]!;
    was.high = before.high[k]!;
    now.low = rows.values[k]!;
    now.high = rows.high[k]!;
    const least = was.low === min.low && was.high === min.high;
    const changed = now.low !== was.low || now.high !== was.high;
    if (!this.adaptive(changed, least ? (moved ? LAPSES : 0) + CHANGES : lapse)) {
      now.low = was.low;
      now.high = was.high;
    } else if (this.encoder !== null) {
      subWide(by, now, was);
      writeWide(this.encoder, by, this.context[field]!);
    } else {
      readWide(this.decoder, this.context[field]!, by);
      addWide(now, was, by);
      if (lessWide(now, min) || lessWide(this.max[field]!, now) || (by.low === 0 && by.high === 0)) this.decoder.fail();
    }
    rows.values[k] = now.low;
    rows.high[k] = now.high;
  }
}
