// The byte order mark is text like any other: ignoreBOM keeps it, so that what was sent is what is read.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Takes values from what a BitWriter packed. It never reads past the end: the first read that would, or the first value
 * that its type forbids, fails the reader; from then on every read gives zero. Ask {@link close} once, at the end.
 */
export class BitReader {
  private buf: Uint8Array;
  private pos = 0; // in bits
  private end: number; // in bits
  private bad = false;

  constructor(buf: Uint8Array) {
    this.buf = buf;
    this.end = buf.length * 8;
  }

  /** Whether a read went wrong. */
  get failed(): boolean {
    return this.bad;
  }

  /** The number of bits not yet read. */
  get remaining(): number {
    return this.end - this.pos;
  }

  /** Marks the stream as malformed. */
  fail(): void {
    this.bad = true;
    this.pos = this.end;
  }

  /** Whether the whole stream was read well: no failure, less than a byte left, and that zero. */
  close(): boolean {
    const left = this.remaining;
    return !this.bad && left < 8 && this.uint(left) === 0;
  }

  /** Reads width bits, 0 to 32. */
  private take(width: number): number {
    if (this.pos + width > this.end) {
      this.fail();
      return 0;
    }
    let v = 0;
    for (let got = 0; got < width; ) {
      const off = this.pos & 7;
      const n = Math.min(8 - off, width - got);
      v |= (((this.buf[this.pos >>> 3] ?? 0) >>> off) & ((1 << n) - 1)) << got;
      got += n;
      this.pos += n;
    }
    return v >>> 0;
  }

  /** Reads width bits, 0 to 53. */
  uint(width: number): number {
    if (width <= 32) return this.take(width);
    if (this.pos + width > this.end) {
      this.fail();
      return 0;
    }
    const low = this.take(32);
    return this.take(width - 32) * 2 ** 32 + low;
  }

  /** Reads width bits, 0 to 64. */
  bigUint(width: number): bigint {
    if (this.pos + width > this.end) {
      this.fail();
      return 0n;
    }
    const low = BigInt(this.take(Math.min(width, 32)));
    return width > 32 ? (BigInt(this.take(width - 32)) << 32n) | low : low;
  }

  /** Reads one bit. */
  bool(): boolean {
    return this.take(1) !== 0;
  }

  /** Reads what BitWriter.int wrote; a value above hi fails. */
  int(lo: number, hi: number, width: number): number {
    return this.ranged(this.uint(width) + lo, lo, hi);
  }

  private ranged(v: number, lo: number, hi: number): number {
    if (v >= lo && v <= hi) return v;
    this.fail();
    return lo;
  }

  /** {@link int} for ranges that a number does not hold. */
  bigInt(lo: bigint, hi: bigint, width: number): bigint {
    return this.bigRanged(this.bigUint(width) + lo, lo, hi);
  }

  private bigRanged(v: bigint, lo: bigint, hi: bigint): bigint {
    if (v >= lo && v <= hi) return v;
    this.fail();
    return lo;
  }

  /** Reads 64 bits. */
  word(signed: boolean): bigint {
    const v = this.bigUint(64);
    return signed ? BigInt.asIntN(64, v) : v;
  }

  /**
   * Reads what BitWriter.varuint wrote. A value that a number does not hold exactly, or a last group of zero that is not
   * the only one (each value has one form), fails. What the wire writes this way ends at 32 bits.
   */
  varuint(group: number): number {
    let v = 0;
    for (let shift = 0; shift < 64; shift += group) {
      const g = this.uint(group);
      v += g * 2 ** shift;
      if (!this.bool()) {
        if ((g === 0 && shift > 0) || v > Number.MAX_SAFE_INTEGER) break;
        return v;
      }
    }
    this.fail();
    return 0;
  }

  /** Reads what BitWriter.intDelta wrote against the same base. */
  intDelta(base: number, lo: number, hi: number, width: number, small: number, medium: number): number {
    base = base < lo ? lo : base > hi ? hi : base;
    if (!this.bool()) return base;
    if (small === 0) return this.int(lo, hi, width);
    if (!this.bool()) return this.ranged(base + signed(this.uint(small), small), lo, hi);
    if (!this.bool()) return this.ranged(base + signed(this.uint(medium), medium), lo, hi);
    return this.int(lo, hi, width);
  }

  /** {@link intDelta} for ranges that a number does not hold. */
  bigIntDelta(base: bigint, lo: bigint, hi: bigint, width: number, small: number, medium: number): bigint {
    base = base < lo ? lo : base > hi ? hi : base;
    if (!this.bool()) return base;
    if (small === 0) return this.bigInt(lo, hi, width);
    if (!this.bool()) return this.bigRanged(base + BigInt.asIntN(small, this.bigUint(small)), lo, hi);
    if (!this.bool()) return this.bigRanged(base + BigInt.asIntN(medium, this.bigUint(medium)), lo, hi);
    return this.bigInt(lo, hi, width);
  }

  /** Reads what BitWriter.string wrote; more than maxLen bytes, or bytes that are not UTF-8, fail. */
  string(maxLen: number, lenWidth: number): string {
    try {
      return decoder.decode(this.octets(maxLen, lenWidth));
    } catch {
      this.fail();
      return '';
    }
  }

  /** Reads what BitWriter.octets wrote, as a copy. */
  octets(maxLen: number, lenWidth: number): Uint8Array {
    const n = this.uint(lenWidth);
    // The length is checked against what is left before anything is allocated for it.
    if (n > maxLen || n * 8 > this.remaining) {
      this.fail();
      return new Uint8Array(0);
    }
    const out = new Uint8Array(n);
    for (let i = 0; i < n; i++) out[i] = this.take(8);
    return out;
  }

  /** Reads what BitWriter.list wrote. */
  list<T>(maxLen: number, lenWidth: number, element: () => T): T[] {
    const n = this.uint(lenWidth);
    if (n > maxLen) this.fail();
    const out: T[] = [];
    // Element by element: a forged length allocates nothing before its elements were there.
    for (let i = 0; i < n && !this.bad; i++) out.push(element());
    return out;
  }
}

function signed(u: number, width: number): number {
  return u >= 2 ** (width - 1) ? u - 2 ** width : u;
}
