import { Decoder } from './decoder';
import { Encoder } from './encoder';
import { checkHistory, MAX_AHEAD, MAX_LAG, MAX_REST, type History, type Names, type Version } from './history';
import { Plan, type Layout } from './layout';
import { Pass } from './pass';
import { learn, ONE, probability, probs, startAt } from './prob';
import { Rows } from './rows';
import { newSigned, readSigned, writeSigned } from './signed';

const freshAhead = newSigned(2);

/**
 * Codes what changed in a set of entities of one layout from what both ends know of their past: the Go package
 * protocol/best, bit for bit. It may be used again and again.
 */
export class BestCodec {
  private readonly plan: Plan;
  private readonly decoder = new Decoder();
  private readonly encoder = new Encoder();
  private readonly pass: Pass;
  private readonly ahead = newSigned(2);
  private readonly acked = probs(1);

  /** It throws where the layout breaks its own rules. */
  constructor(readonly layout: Layout) {
    this.plan = new Plan(layout);
    this.pass = new Pass(this.plan, this.decoder);
  }

  /** Rows of this layout, all 0. */
  rows(count: number): Rows {
    return new Rows(this.layout, count);
  }

  /** What rows differ by from the baseline. It throws where the arguments break their contract. rows stay what they are. */
  encode(h: History, rows: Rows): Uint8Array {
    checkHistory(h, rows);
    this.encoder.reset();
    this.codeNames(h, this.encoder);
    this.pass.run(h, rows, this.encoder);
    return this.encoder.bytes();
  }

  /**
   * Sets rows to what encode coded against the same history. False: the stream is malformed, and rows hold nothing of use.
   * It throws where the arguments break their contract; what a stream says cannot do that.
   */
  decode(msg: Uint8Array, h: History, rows: Rows): boolean {
    checkHistory(h, rows);
    this.decoder.reset(msg);
    const n = this.codeNames(null, null);
    if (n.ahead !== h.ahead || n.lags !== h.lags || n.steady !== h.steady) return false;
    rows.copy(h.versions[0]!.rows);
    this.pass.run(h, rows, null);
    return this.decoder.close();
  }

  /** Reads which versions a snapshot builds on; null: the stream is malformed. */
  names(msg: Uint8Array): Names | null {
    this.decoder.reset(msg);
    const n = this.codeNames(null, null);
    return this.decoder.failed ? null : n;
  }

  private codeNames(n: Names | null, e: Encoder | null): Names {
    const bit = (b: boolean, p: number): boolean => {
      if (e === null) return this.decoder.bit(p);
      e.bit(b, p);
      return b;
    };
    this.ahead.set(freshAhead);
    startAt(this.acked, 0, (ONE * 15) / 16);
    const steady = bit(n !== null && n.steady, (ONE * 7) / 8);
    let ahead = n === null ? 0 : n.ahead - 1;
    if (e !== null) {
      writeSigned(e, ahead, this.ahead);
    } else {
      ahead = readSigned(this.decoder, this.ahead);
      if (ahead < 0 || ahead >= MAX_AHEAD) {
        this.decoder.fail();
        ahead = 0;
      }
    }
    let lags = 1;
    for (let i = 1; i <= MAX_LAG; i++) {
      const b = bit(n !== null && ((n.lags >> i) & 1) === 1, probability(this.acked, 0));
      learn(this.acked, 0, b);
      if (b) lags |= 1 << i;
    }
    return { ahead: ahead + 1, lags, steady };
  }

  /**
   * Sets rest to how long each entity has been at rest as far as versions tell: as long as they are the same, and to
   * MAX_REST where none differs. A history that is not steady has no other.
   */
  restOf(rest: Uint8Array, versions: readonly Version[]): void {
    for (let i = 0; i < rest.length; i++) {
      rest[i] = MAX_REST;
      for (const v of versions) {
        if (v.lag === 0 || !this.moved(versions[0]!.rows, i, v.rows, i)) continue;
        rest[i] = v.lag - 1;
        break;
      }
    }
  }

  /** Counts the rests of a steady history one tick on, from the version before the baseline to the baseline. */
  rested(rest: Uint8Array, before: Rows, baseline: Rows): void {
    for (let i = 0; i < rest.length; i++) {
      if (this.moved(before, i, baseline, i)) rest[i] = 0;
      else if (rest[i]! < MAX_REST) rest[i]!++;
    }
  }

  /** Whether the place or rotation of row i of a differs from that of row j of b. */
  moved(a: Rows, i: number, b: Rows, j: number): boolean {
    const { fields, groups } = this.plan;
    for (const g of groups) {
      if (g.class === 'plain') continue;
      for (let k = g.first; k < g.first + g.count; k++) if (a.values[i * fields + k] !== b.values[j * fields + k]) return true;
    }
    return false;
  }
}
