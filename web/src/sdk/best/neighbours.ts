import { FAR_AWAY, type Entity } from './entity';
import type { FullGroup } from './layout';
import { bound, vec, type Vec } from './math';

const CELLS = 1024;

// What is kept of an entity, by its offset in kept.
const PLACE = 0;
const NOW = 3;
const MOVED = 6;
const RESIDUAL = 9;
const TURN_MISS = 12;
const KEPT = 13;

/** The entities that have been decoded and moved, by where they are on the first two axes. */
export class Neighbours {
  private readonly shift: number; // 2 to the logarithm of a cell's edge, about five bodies, in 1/256 units
  private readonly body2: number; // the square of a body's length
  private readonly warm = new Uint8Array(CELLS);
  private readonly head = new Int32Array(CELLS).fill(-1);
  private next = new Int32Array(0);
  private kept = new Float64Array(0);
  private count = 0;

  // What nearest and around found.
  /** The nearest by where it was, or -1. */
  near = -1;
  /** The squared distance to it, in 1/64 bodies². */
  closest = FAR_AWAY;
  /** Likewise to where any of them is now. */
  closeNow = FAR_AWAY;
  /** How many are within a body's length and a half now. */
  crowd = 0;
  private readonly found = vec();

  constructor(private readonly group: FullGroup) {
    this.shift = 2 ** (32 - Math.clz32(group.half) + 3 + 8);
    this.body2 = 4 * group.half * group.half;
  }

  reset(rows: number): void {
    this.warm.fill(0);
    this.head.fill(-1);
    this.count = 0;
    if (this.next.length < rows) {
      this.next = new Int32Array(rows);
      this.kept = new Float64Array(rows * KEPT);
    }
  }

  private x(at: number): number {
    return Math.floor(at / this.shift);
  }

  /** The hash of a cell; only its lowest bits count. */
  private cell(x: number, y: number): number {
    return (Math.imul(x, 5) + Math.imul(y, 31)) & (CELLS - 1);
  }

  /** Puts in an entity that moved. */
  add(e: Entity): void {
    if (this.group.half === 0) return; // without a size there is no telling what is near
    const n = this.count++;
    const at = n * KEPT;
    this.kept.set(e.place, at + PLACE);
    this.kept.set(e.now, at + NOW);
    this.kept.set(e.moved, at + MOVED);
    this.kept.set(e.residual, at + RESIDUAL);
    this.kept[at + TURN_MISS] = e.turnMiss;
    const x = this.x(e.now[0]!);
    const y = this.x(e.now[1]!);
    const c = this.cell(x, y);
    this.next[n] = this.head[c]!;
    this.head[c] = n;
    for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) this.warm[this.cell(x + dx, y + dy)] = 1;
  }

  /** Whether something may have moved near a place. */
  hot(x: number, y: number): boolean {
    return this.warm[this.cell(this.x(x), this.x(y))] !== 0;
  }

  /** Finds the nearest to a place. */
  nearest(at: Vec): void {
    const x = this.x(at[0]!);
    const y = this.x(at[1]!);
    let was = FAR_AWAY;
    let now = FAR_AWAY;
    let first = 2 ** 50; // above any
    this.near = -1;
    this.crowd = 0;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let n = this.head[this.cell(x + dx, y + dy)]!; n >= 0; n = this.next[n]!) {
          const d = this.distance2(n * KEPT + PLACE, at);
          if (d < first) {
            first = d;
            this.near = n;
          }
          const dNow = this.distance2(n * KEPT + NOW, at);
          if (dNow < now) now = dNow;
          if (dNow < 2 * this.body2) this.crowd++;
        }
      }
    }
    if (first < was) was = first;
    this.closest = Math.floor((was * 64) / this.body2);
    this.closeNow = Math.floor((now * 64) / this.body2);
  }

  /** Looks at the neighbours of e that have been decoded already. */
  meet(e: Entity): void {
    if (this.group.half === 0 || !this.hot(e.place[0]!, e.place[1]!)) return;
    this.nearest(e.place);
    e.near = this.near;
    e.closest = this.closest;
    e.closeNow = this.closeNow;
    e.touch = touching(this.closest);
    if (e.near < 0) return;
    const { body2, kept } = this;
    const x = this.x(e.place[0]!);
    const y = this.x(e.place[1]!);
    let sum = 256;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (let n = this.head[this.cell(x + dx, y + dy)]!; n >= 0; n = this.next[n]!) {
          const at = n * KEPT;
          let w = Math.floor((4096 * body2) / (body2 + this.distance2(at + PLACE, e.place))); // at most 4096; body2 is below 2^35
          w = (w * w) >> 12;
          sum += w;
          for (let a = 0; a < 3; a++) {
            e.nearMiss[a]! += kept[at + RESIDUAL + a]! * w; // at most 4095 of up to 2^29 · 2^12: below 2^53
            e.nearMove[a]! += kept[at + MOVED + a]! * w;
          }
        }
      }
    }
    for (let a = 0; a < 3; a++) {
      e.nearMiss[a] = Math.trunc(e.nearMiss[a]! / sum);
      e.nearMove[a] = Math.trunc(e.nearMove[a]! / sum);
    }
  }

  /** A squared distance in units². */
  private distance2(from: number, b: Vec): number {
    let s = 0;
    for (let a = 0; a < 3; a++) {
      const d = bound(this.kept[from + a]! - b[a]!, 2 ** 28) >> 8;
      s += d * d;
    }
    return s;
  }

  /** The place now, displacement, residual and turnMiss of neighbour n. */
  now(n: number, a: number): number {
    return this.kept[n * KEPT + NOW + a]!;
  }

  moved(n: number): Vec {
    return this.vec(n * KEPT + MOVED);
  }

  residual(n: number): Vec {
    return this.vec(n * KEPT + RESIDUAL);
  }

  turnMiss(n: number): number {
    return this.kept[n * KEPT + TURN_MISS]!;
  }

  /** A kept vector, good until the next is asked for. */
  private vec(at: number): Vec {
    for (let a = 0; a < 3; a++) this.found[a] = this.kept[at + a]!;
    return this.found;
  }
}

/** 256 for bodies at the same place, falling with the square of the distance beyond two bodies' length. */
export function touching(closest: number): number {
  return Math.floor(65536 / (256 + closest));
}
