import { ONE } from './prob';

const TOP_BYTE = 2 ** 24;

/** How many zeros are left off the end at most. */
const SLACK = 4;

/** Writes decisions, each of which costs what its probability is worth. Reset it first. */
export class Encoder {
  private buf = new Uint8Array(1024);
  private length = 0;
  private low = 0; // 33 bits: the top one is a carry
  private width = 0; // 32 bits
  private cache = 0;
  private first = true; // nothing has left yet: the first byte is always zero and stays here
  private held = 0; // bytes of 0xff behind cache that a carry would turn to zero

  reset(): void {
    this.length = 0;
    this.low = 0;
    this.width = 0xffffffff;
    this.cache = 0;
    this.first = true;
    this.held = 0;
  }

  /** Writes a decision whose probability of being 1 is p/ONE. */
  bit(hit: boolean, p: number): void {
    const bound = (this.width >>> 16) * p; // below 2^32
    if (hit) {
      this.width = bound;
    } else {
      this.low += bound;
      this.width -= bound;
    }
    while (this.width < TOP_BYTE) {
      this.width *= 256;
      this.shift();
    }
  }

  /** Writes the lowest n bits of v, n 0 to 32, the highest of them first, each worth a whole bit. */
  uint(v: number, n: number): void {
    while (n > 0) {
      n--;
      this.bit(((v >>> n) & 1) === 1, ONE / 2);
    }
  }

  private put(byte: number): void {
    if (this.length === this.buf.length) {
      const more = new Uint8Array(2 * this.length);
      more.set(this.buf);
      this.buf = more;
    }
    this.buf[this.length++] = byte;
  }

  private shift(): void {
    const carry = this.low >= 2 ** 32 ? 1 : 0;
    if (this.low < 0xff000000 || carry === 1) {
      if (!this.first) this.put((this.cache + carry) & 255);
      this.first = false;
      for (; this.held > 0; this.held--) this.put((0xff + carry) & 255);
      this.cache = Math.floor(this.low / TOP_BYTE) & 255;
    } else {
      this.held++;
    }
    this.low = (this.low % TOP_BYTE) * 256;
  }

  /** Ends the stream. Zeros at its end are left off: a decoder takes what is missing for them. Go on only after a reset. */
  bytes(): Uint8Array {
    // Of the numbers that decode to what was written, the one with the most zeros at its end.
    let last = this.low + this.width - 1;
    for (let unit = 2 ** 32; unit > 1; unit /= 2) {
      const v = last - (last % unit);
      if (v >= this.low) {
        last = v;
        break;
      }
    }
    this.low = last;
    for (let i = 0; i < 5; i++) this.shift();
    for (let i = 0; i < SLACK && this.length > 0 && this.buf[this.length - 1] === 0; i++) this.length--;
    return this.buf.slice(0, this.length);
  }
}
