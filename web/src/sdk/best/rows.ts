import { isWide, type Layout } from './layout';

const WORD = 2 ** 32;

/**
 * The fields of entities, one entity after another. Those of a wide field (see {@link isWide}) are in words: the low 32
 * bits are in values, the high ones in high.
 */
export class Rows {
  readonly values: Float64Array;
  /** The high words of wide fields; empty where the layout has none. */
  readonly high: Int32Array;

  constructor(
    private readonly layout: Layout,
    readonly count: number,
  ) {
    const n = layout.fields.length * count;
    this.values = new Float64Array(n);
    this.high = new Int32Array(layout.fields.some(isWide) ? n : 0);
  }

  /** Value i: field i % fields of entity i / fields. A wide field's is a bigint. */
  get(i: number): number | bigint {
    if (!this.wide(i)) return this.values[i]!;
    return (BigInt(this.high[i]!) << 32n) | BigInt(this.values[i]!);
  }

  set(i: number, v: number | bigint): void {
    if (!this.wide(i)) {
      this.values[i] = Number(v);
    } else if (typeof v === 'bigint') {
      this.values[i] = Number(BigInt.asUintN(32, v));
      this.high[i] = Number(BigInt.asIntN(32, v >> 32n));
    } else {
      const high = Math.floor(v / WORD);
      this.values[i] = v - high * WORD;
      this.high[i] = high;
    }
  }

  private wide(i: number): boolean {
    return this.high.length > 0 && isWide(this.layout.fields[i % this.layout.fields.length]!);
  }

  /** The values of row i. */
  row(i: number): (number | bigint)[] {
    const n = this.layout.fields.length;
    return Array.from({ length: n }, (_, j) => this.get(i * n + j));
  }

  setRow(i: number, values: readonly (number | bigint)[]): void {
    for (const [j, v] of values.entries()) this.set(i * this.layout.fields.length + j, v);
  }

  /** Makes row i what row j of other, of the same layout, is. */
  copyRow(i: number, other: Rows, j: number): void {
    const n = this.layout.fields.length;
    for (let k = 0; k < n; k++) {
      this.values[i * n + k] = other.values[j * n + k]!;
      if (this.high.length > 0) this.high[i * n + k] = other.high[j * n + k]!;
    }
  }

  /** Whether row i is the same as that of other, of the same layout. */
  sameRow(i: number, other: Rows): boolean {
    const n = this.layout.fields.length;
    for (let k = i * n; k < i * n + n; k++) {
      if (this.values[k] !== other.values[k] || this.high[k] !== other.high[k]) return false;
    }
    return true;
  }

  /** Makes it what other, of the same layout and count, is. */
  copy(other: Rows): void {
    this.values.set(other.values);
    this.high.set(other.high);
  }
}
