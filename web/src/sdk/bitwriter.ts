const encoder = new TextEncoder();

/** 2^width as a number, exact for widths up to 53. */
function power(width: number): number {
  return 2 ** width;
}

/**
 * Packs values into bytes without gaps: bit i of the stream is bit i%8 of byte i/8, a value's lowest bit goes first.
 * See docs/wire.md#bits.
 *
 * JavaScript's bit operators hold 32 bits, so that wider values are written in two parts, the low one first.
 */
export class BitWriter {
  private buf: Uint8Array;
  private pos = 0; // in bits; everything in buf from there on is zero

  /** A writer with room for that many bytes; it grows where they do not do. */
  constructor(roomBytes = 256) {
    this.buf = new Uint8Array(Math.max(roomBytes, 16));
  }

  /** The number of bits in the stream. */
  get length(): number {
    return this.pos;
  }

  /** Starts a new stream in the same memory; what {@link bytes} returned before becomes invalid. */
  reset(): void {
    this.buf.fill(0, 0, (this.pos + 7) >>> 3);
    this.pos = 0;
  }

  /** The stream so far, its last byte padded with zero bits. It is valid until the next call of a method. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.buf.subarray(0, (this.pos + 7) >>> 3) as Uint8Array<ArrayBuffer>;
  }

  /** Writes the lowest width bits (0 to 32) of a 32-bit integer. */
  private put(v: number, width: number): void {
    const end = this.pos + width;
    if (end > this.buf.length * 8) this.grow(end);
    while (width > 0) {
      const at = this.pos >>> 3;
      const off = this.pos & 7;
      const take = Math.min(8 - off, width);
      this.buf[at] = (this.buf[at] ?? 0) | ((v & ((1 << take) - 1)) << off);
      v >>>= take;
      width -= take;
      this.pos += take;
    }
  }

  private grow(bits: number): void {
    const bigger = new Uint8Array(Math.max(this.buf.length * 2, (bits + 7) >>> 3));
    bigger.set(this.buf);
    this.buf = bigger;
  }

  /** Writes the lowest width bits (0 to 53) of an integer; a negative one is in two's complement. */
  uint(v: number, width: number): void {
    if (width <= 32) {
      this.put(v >>> 0, width);
      return;
    }
    this.put(v >>> 0, 32);
    this.put(Math.floor(v / power(32)) >>> 0, width - 32);
  }

  /** Writes the lowest width bits (0 to 64) of an integer; a negative one is in two's complement. */
  bigUint(v: bigint, width: number): void {
    this.put(Number(BigInt.asUintN(32, v)), Math.min(width, 32));
    if (width > 32) this.put(Number(BigInt.asUintN(32, v >> 32n)), width - 32);
  }

  /** Writes one bit. */
  bool(v: boolean): void {
    this.put(v ? 1 : 0, 1);
  }

  /** Writes one bit and returns it, for `if (w.changed(…)) write what changed`. */
  changed(v: boolean): boolean {
    this.bool(v);
    return v;
  }

  /** Writes v, limited to lo..hi, as its distance from lo. */
  int(v: number, lo: number, hi: number, width: number): void {
    this.uint(limit(v, lo, hi) - lo, width);
  }

  /** {@link int} for ranges that a number does not hold. */
  bigInt(v: bigint, lo: bigint, hi: bigint, width: number): void {
    this.bigUint(bigLimit(v, lo, hi) - lo, width);
  }

  /** Writes all 64 bits. */
  word(v: bigint): void {
    this.bigUint(v, 64);
  }

  /** Writes v in groups, the lowest first, each followed by a bit that says whether another follows. */
  varuint(v: number, group: number): void {
    for (;;) {
      const rest = Math.floor(v / power(group));
      this.uint(v, group);
      this.bool(rest !== 0);
      if (rest === 0) return;
      v = rest;
    }
  }

  /** Writes v as its difference from base where that is small. See docs/wire.md#int-delta. */
  intDelta(v: number, base: number, lo: number, hi: number, width: number, small: number, medium: number): void {
    v = limit(v, lo, hi);
    base = limit(base, lo, hi);
    const d = v - base;
    if (d === 0) {
      this.put(0, 1);
    } else if (small === 0) {
      this.put(1, 1);
      this.uint(v - lo, width);
    } else if (fits(d, small)) {
      this.put(0b01, 2);
      this.uint(d, small);
    } else if (fits(d, medium)) {
      this.put(0b011, 3);
      this.uint(d, medium);
    } else {
      this.put(0b111, 3);
      this.uint(v - lo, width);
    }
  }

  /** {@link intDelta} for ranges that a number does not hold. */
  bigIntDelta(v: bigint, base: bigint, lo: bigint, hi: bigint, width: number, small: number, medium: number): void {
    v = bigLimit(v, lo, hi);
    base = bigLimit(base, lo, hi);
    const d = v - base;
    if (d === 0n) {
      this.put(0, 1);
    } else if (small === 0) {
      this.put(1, 1);
      this.bigUint(v - lo, width);
    } else if (BigInt.asIntN(small, d) === d) {
      this.put(0b01, 2);
      this.bigUint(d, small);
    } else if (BigInt.asIntN(medium, d) === d) {
      this.put(0b011, 3);
      this.bigUint(d, medium);
    } else {
      this.put(0b111, 3);
      this.bigUint(v - lo, width);
    }
  }

  /** Writes UTF-8 behind its count of bytes. What passes maxLen bytes is cut off, whole characters at a time. */
  string(v: string, maxLen: number, lenWidth: number): void {
    const utf8 = encoder.encode(v);
    let n = utf8.length;
    if (n > maxLen) {
      // A byte 10xxxxxx continues a character, which must not be split.
      for (n = maxLen; n > 0 && ((utf8[n] ?? 0) & 0xc0) === 0x80; ) n--;
    }
    this.octets(utf8.subarray(0, n), maxLen, lenWidth);
  }

  /** Writes bytes behind their count. What passes maxLen is cut off. */
  octets(v: Uint8Array, maxLen: number, lenWidth: number): void {
    const n = Math.min(v.length, maxLen);
    this.put(n, lenWidth);
    for (let i = 0; i < n; i++) this.put(v[i] ?? 0, 8);
  }

  /** Writes elements behind their count. What passes maxLen is cut off. */
  list<T>(v: readonly T[], maxLen: number, lenWidth: number, element: (e: T) => void): void {
    const kept = v.length > maxLen ? v.slice(0, maxLen) : v;
    this.put(kept.length, lenWidth);
    kept.forEach((e) => element(e));
  }
}

function limit(v: number, lo: number, hi: number): number {
  return v < lo ? lo : v > hi ? hi : v;
}

function bigLimit(v: bigint, lo: bigint, hi: bigint): bigint {
  return v < lo ? lo : v > hi ? hi : v;
}

function fits(d: number, width: number): boolean {
  const half = power(width - 1);
  return d >= -half && d < half;
}
