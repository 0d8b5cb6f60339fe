import { log2, LOG_ONE, mark } from './math';

/** A list of what a model sees: sizes (logarithms and flags, in 1/256) or means (in 1/256 units). */
export class List {
  n = 0;
  readonly to: Float64Array;

  constructor(room: number) {
    this.to = new Float64Array(room);
  }

  reset(): this {
    this.n = 0;
    return this;
  }

  add(x: number): this {
    this.to[this.n++] = x;
    return this;
  }

  flag(b: boolean): this {
    return this.add(mark(b));
  }

  /** Adds a flag for each bound that x is below. */
  steps(x: number, bounds: readonly number[]): this {
    for (const b of bounds) this.add(mark(x < b));
    return this;
  }
}

/** Which bucket each of some numbers falls in. */
export class Buckets {
  n = 0;
  readonly to = new Int32Array(8);
  private next = 0; // the first index of the next number's

  reset(): void {
    this.n = this.next = 0;
  }

  /** Puts x in one of count buckets. */
  add(x: number, count: number): void {
    this.to[this.n++] = this.next + (x < 0 ? 0 : x < count ? x : count - 1);
    this.next += count;
  }
}

/** Tells squared distances apart, in 1/64 bodies², by steps of a quarter of an octave of distance. */
export function distanceBucket(d: number): number {
  return (log2(d + 16) - 4 * LOG_ONE) >> 7;
}

/** Tells rests apart, the longer the coarser. */
export function restBucket(rest: number): number {
  return rest < 8 ? rest : 2 + (log2(rest) >> 7);
}
