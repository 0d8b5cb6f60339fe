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

  /** Makes it what other, of the same layout and count, is. */
  copy(other: Rows): void {
    this.values.set(other.values);
    this.high.set(other.high);
  }
}
