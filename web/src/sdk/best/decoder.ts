import { ONE } from './prob';

const TOP_BYTE = 2 ** 24;

/** How many bytes past the last one a well-formed stream may look. */
const SLACK = 4;

/**
 * Reads decisions that an Encoder wrote. It never reads past the end: missing bytes are zeros, as many as an encoder may
 * have left out; a stream that needs more is malformed, and from then on every decision is 0.
 */
export class Decoder {
  private buf: Uint8Array = new Uint8Array(0);
  private pos = 0;
  private code = 0; // 32 bits
  private width = 0; // 32 bits
  private bad = false;

  /** Makes it read buf from its start to its end. */
  reset(buf: Uint8Array): void {
    this.buf = buf;
    this.pos = 0;
    this.code = 0;
    this.width = 0xffffffff;
    this.bad = false;
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.next()) >>> 0;
  }

  private next(): number {
    const i = this.pos++;
    if (i < this.buf.length) return this.buf[i]!;
    if (i >= this.buf.length + SLACK) this.bad = true;
    return 0;
  }

  /** Reads a decision whose probability of being 1 is p/ONE. */
  bit(p: number): boolean {
    const bound = (this.width >>> 16) * p; // below 2^32
    const hit = this.code < bound;
    let width = bound;
    if (!hit) {
      this.code -= bound;
      width = this.width - bound;
    }
    while (width < TOP_BYTE) {
      width *= 256;
      this.code = ((this.code << 8) | this.next()) >>> 0;
    }
    this.width = width;
    return hit && !this.bad;
  }

  /** Reads n bits, 0 to 32, each worth a whole one. */
  uint(n: number): number {
    let v = 0;
    for (; n > 0; n--) v = v * 2 + (this.bit(ONE / 2) ? 1 : 0);
    return v;
  }

  /** Marks the stream as malformed. */
  fail(): void {
    this.bad = true;
  }

  /** Whether a read went wrong. */
  get failed(): boolean {
    return this.bad;
  }

  /** Whether the whole stream was read well: no failure, no byte left over, and no zero at its end that could be left off. */
  close(): boolean {
    const n = this.buf.length;
    return !this.bad && this.pos >= n && (n === 0 || this.buf[n - 1] !== 0 || this.pos === n + SLACK);
  }
}
