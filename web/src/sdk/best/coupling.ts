import { bound } from './math';

/** How the residuals of a vector's axes so far go with what was expected of them. */
export class Coupling {
  private dot = 0;
  private square = 0;
  most = 0;
  last = 0;
  sum = 0;

  reset(): void {
    this.dot = this.square = this.most = this.last = this.sum = 0;
  }

  add(residual: number, expected: number): void {
    const r = bound(Math.floor(residual / 16), 2 ** 22);
    const x = bound(Math.floor(expected / 16), 2 ** 22);
    this.dot += r * x;
    this.square += x * x;
    this.most = Math.max(this.most, residual, -residual);
    this.sum = this.last + residual;
    this.last = residual;
  }

  /** The share by which the axes so far went further than expected, in 1/4096. */
  gain(): number {
    return bound(Math.trunc(this.dot / (Math.floor(this.square / 4096) + 1)), 8 * 4096);
  }
}
