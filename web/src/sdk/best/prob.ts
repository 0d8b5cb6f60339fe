/** The probability of certainty; probabilities are 1 to ONE-1. */
export const ONE = 65536;

const FAST_RATE = 4;
const SLOW_RATE = 6;
const MIN_PROB = 24; // of ONE; keeps a certainty that fails affordable

/**
 * Adaptive probabilities that decisions are 1: each the mean of one that learns fast and one that learns slowly, which
 * stand side by side.
 */
export type Probs = Uint16Array;

/** Room for n of them. */
export function probs(n: number): Probs {
  return new Uint16Array(2 * n);
}

/** Starts probability i at p/ONE. */
export function startAt(all: Probs, i: number, p: number): void {
  all[2 * i] = p;
  all[2 * i + 1] = p;
}

/** Probability i, in 1/ONE. */
export function probability(all: Probs, i: number): number {
  const mean = (all[2 * i]! + all[2 * i + 1]!) >> 1;
  return mean < MIN_PROB ? MIN_PROB : mean > ONE - MIN_PROB ? ONE - MIN_PROB : mean;
}

/** Moves probability i towards what came. */
export function learn(all: Probs, i: number, bit: boolean): void {
  const fast = all[2 * i]!;
  const slow = all[2 * i + 1]!;
  all[2 * i] = bit ? fast + ((ONE - 1 - fast) >> FAST_RATE) : fast - (fast >> FAST_RATE);
  all[2 * i + 1] = bit ? slow + ((ONE - 1 - slow) >> SLOW_RATE) : slow - (slow >> SLOW_RATE);
}
