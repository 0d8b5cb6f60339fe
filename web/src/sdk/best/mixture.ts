import { bound, clamp, exp2, LOG_ONE } from './math';
import { ONE } from './prob';
import { EXPERTS, OUTPUTS, sigmaTable, type Model } from './tables';

const WEIGHT = 4096;

// Spreads and says are kept within these logarithms, in 1/256.
const MIN_SPREAD = -3 * LOG_ONE;
const MAX_SPREAD = 20 * LOG_ONE;
const MAX_SAY = 14 * LOG_ONE;
const SIGMAS = 1023;

/** 2^-i, exactly. */
const halvings = Float64Array.from({ length: 40 }, (_, i) => 1 / (1 << (i >> 1)) / (1 << ((i + 1) >> 1)));

/** Adds weighted sums of f to six sums. Weights below 2^15, sizes below 2^29: they stay below 2^51. */
function weigh(acc: Float64Array, at: number, weights: Float64Array, from: number, stride: number, f: Float64Array, n: number): void {
  let a0 = acc[at]!;
  let a1 = acc[at + 1]!;
  let a2 = acc[at + 2]!;
  let a3 = acc[at + 3]!;
  let a4 = acc[at + 4]!;
  let a5 = acc[at + 5]!;
  for (let i = 0, w = from; i < n; i++, w += stride) {
    const x = f[i]!;
    if (x === 0) continue;
    a0 += weights[w]! * x;
    a1 += weights[w + 1]! * x;
    a2 += weights[w + 2]! * x;
    a3 += weights[w + 3]! * x;
    a4 += weights[w + 4]! * x;
    a5 += weights[w + 5]! * x;
  }
  acc[at] = a0;
  acc[at + 1] = a1;
  acc[at + 2] = a2;
  acc[at + 3] = a3;
  acc[at + 4] = a4;
  acc[at + 5] = a5;
}

/** The experts while one vector is coded. Each one's opinion of a value is a logistic distribution. */
export class Opinions {
  private readonly shared = new Float64Array(OUTPUTS);
  private readonly acc = new Float64Array(OUTPUTS);
  private common = 0; // sizes that shared holds
  private readonly mean = new Float64Array(EXPERTS); // in 1/256
  private readonly scale = new Float64Array(EXPERTS); // from a distance in 1/256 to 1/64 spreads
  private readonly say = new Float64Array(EXPERTS);
  /** The sum of all says: below 2^15. */
  total = 0;
  /** The strongest expert's mean. */
  center = 0;
  /** 2 to the whole log of the strongest expert's spread. */
  step = 1;

  /** Weighs what all axes of a vector have in common. */
  share(m: Model, f: Float64Array, n: number): void {
    this.common = n;
    this.shared.fill(0);
    weigh(this.shared, 0, m.size, 0, OUTPUTS, f, n);
    weigh(this.shared, EXPERTS, m.size, EXPERTS, OUTPUTS, f, n);
  }

  /** Forms the opinions of one value. */
  form(m: Model, means: Float64Array, meanCount: number, own: Float64Array, ownCount: number): void {
    const { acc, mean } = this;
    acc.set(this.shared);
    const from = this.common * OUTPUTS;
    weigh(acc, 0, m.size, from, OUTPUTS, own, ownCount);
    weigh(acc, EXPERTS, m.size, from + EXPERTS, OUTPUTS, own, ownCount);
    mean.fill(0);
    weigh(mean, 0, m.mean, 0, EXPERTS, means, meanCount); // weights below 2^13, means below 2^34: below 2^52
    let best = 0;
    for (let k = 1; k < EXPERTS; k++) if (acc[EXPERTS + k]! > acc[EXPERTS + best]!) best = k;
    const top = acc[EXPERTS + best]!;
    this.total = 0;
    for (let k = 0; k < EXPERTS; k++) {
      mean[k] = Math.floor(mean[k]! / WEIGHT);
      const spread = clamp(Math.floor(acc[k]! / WEIGHT), MIN_SPREAD, MAX_SPREAD);
      // The fraction of the spread's log scales, in 1/32768; the whole part shifts: by 1 to 24 more than 13.
      this.scale[k] = exp2(-(spread & (LOG_ONE - 1))) * halvings[(spread >> 8) + 17]!;
      const say = exp2(Math.max(-MAX_SAY, Math.floor((acc[EXPERTS + k]! - top) / WEIGHT))) >> 3;
      this.say[k] = say;
      this.total += say;
    }
    this.center = mean[best]!;
    this.step = 1 << (clamp(Math.floor(acc[best]! / WEIGHT), 0, MAX_SPREAD) >> 8);
  }

  /** The experts' common probability that the value is below t, in 1/65536 of total: below 2^31. */
  below(t: number): number {
    const at = t * 256 - 128;
    let sum = 0;
    for (let k = 0; k < EXPERTS; k++) {
      // A distance below 2^31 by a scale of 16 bits and a power of two: exact.
      const u = Math.floor(bound(at - this.mean[k]!, 2 ** 30) * this.scale[k]!);
      const p = u >= 0 ? sigmaTable[u > SIGMAS ? SIGMAS : u]! : ONE - sigmaTable[u < -SIGMAS ? SIGMAS : -u]!;
      sum += this.say[k]! * p;
    }
    return sum;
  }
}

/** The probability of a part of a whole, for the coder. Both are below 2^31. */
export function odds(part: number, whole: number): number {
  // Far out the experts know nothing any more: what is left is even odds.
  return clamp(Math.floor(((part + 64) * ONE) / (whole + 128)), 16, ONE - 16);
}

/** The probability of a decision, by its sizes and the indices of its buckets among the weights that follow theirs. */
export function switchOdds(weights: Float64Array, f: Float64Array, n: number, buckets: Int32Array, bucketCount: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[i]! * f[i]!;
  for (let i = 0; i < bucketCount; i++) sum += weights[n + buckets[i]!]! * LOG_ONE;
  // The sum is in 1/256 · 1/4096; the table in 1/64.
  const u = Math.floor(sum / (4 * WEIGHT));
  if (u >= 0) return Math.min(ONE - 16, sigmaTable[u > SIGMAS ? SIGMAS : u]!);
  return Math.max(16, ONE - sigmaTable[u < -SIGMAS ? SIGMAS : -u]!);
}
