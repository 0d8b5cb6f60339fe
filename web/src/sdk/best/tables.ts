import { unbase64 } from '../base64';
import { packed } from './weights';

/** The shapes of the linear models. */
export const EXPERTS = 6;
/** Of the sizes: each expert's spread and its say. */
export const OUTPUTS = 2 * EXPERTS;

/**
 * One class of field. Each of its experts expects a weighted sum of the means, give or take a spread that is 2 to the
 * weighted sum of the sizes, with a say of 2 to another weighted sum of them. Weights are in 1/4096.
 */
export interface Model {
  /** What each expert makes of mean i, from EXPERTS * i. */
  readonly mean: Float64Array;
  /** What each one's spread, then each one's say, makes of size i, from OUTPUTS * i; those shared by a vector's axes first. */
  readonly size: Float64Array;
}

/** What weights.ts packs: zigzag varints. */
class Unpacker {
  private readonly bytes = unbase64(packed);
  private pos = 0;

  private number(): number {
    let v = 0;
    for (let unit = 1; ; unit *= 128) {
      const b = this.bytes[this.pos++]!;
      v += (b & 127) * unit;
      if (b < 128) return v % 2 === 0 ? v / 2 : -(v + 1) / 2;
    }
  }

  /** Numbers by their differences. */
  table(n: number): Float64Array {
    const out = new Float64Array(n);
    for (let i = 0, last = 0; i < n; i++) out[i] = last += this.number();
    return out;
  }

  /** Numbers behind their count. */
  numbers(): Float64Array {
    const out = new Float64Array(this.number());
    for (let i = 0; i < out.length; i++) out[i] = this.number();
    return out;
  }

  model(): Model {
    return { mean: this.numbers(), size: this.numbers() };
  }
}

const from = new Unpacker();

/** log2(1 + i/256) in 1/256. */
export const logTable = from.table(256);
/** 2^(-i/256) in 1/32768. */
export const expTable = from.table(256);
/** The logistic function of i/64 in 1/65536, from a half up. */
export const sigmaTable = from.table(1024);

export const modelMotion = from.model();
export const modelMotionAlone = from.model();
export const modelStart = from.model();
export const modelStartAlone = from.model();
export const modelStartTurn = from.model();
export const modelTurn = from.model();

// Decisions' models: the logarithm of the odds is a weighted sum of sizes, and of a weight for the bucket that each of some
// numbers falls in.
export const switchGoes = from.numbers();
export const switchLargest = from.numbers();
export const switchTurns = from.numbers();
export const switchWakes = from.numbers();

/** Where the contexts start. */
export const priors = from.numbers();
