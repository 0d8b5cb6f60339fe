const WINDOW_MS = 3000;
const MARK_MS = 100; // between the marks that the window slides over

/** How a session does. Rates are over the last seconds; counters are over the whole session. */
export interface Stats {
  /** Round trip, as inputs and snapshots measure it. */
  rttMs: number;
  /** Snapshots that did not come, in percent. */
  lossPct: number;
  /** How late snapshots come against the earliest ones. */
  jitterMs: number;
  bytesDownPerS: number;
  bytesUpPerS: number;
  /** How old the newest state is: since the server sent it, sampled over time. */
  snapshotAgeMs: number;
  snapshotsPerS: number;
  /** Times that the server's word moved the own entity from where it was predicted. */
  corrections: number;
  /** Snapshots that decoded to other entities than the server sent, of viewsChecked. */
  desyncs: number;
  viewsChecked: number;
  /** How far in the past others are drawn. */
  interpolationDelayMs: number;
}

/** What is counted up. */
export interface Totals {
  bytesIn: number;
  bytesOut: number;
  snapshots: number;
  lost: number;
  ageMs: number; // sum over samples
  samples: number;
}

function zero(): Totals {
  return { bytesIn: 0, bytesOut: 0, snapshots: 0, lost: 0, ageMs: 0, samples: 0 };
}

/** Counts over a sliding window. */
export class Meter {
  private readonly totals = zero();
  private marks: { ms: number; totals: Totals }[] = [];

  add(part: Partial<Totals>): void {
    for (const key of Object.keys(part) as (keyof Totals)[]) this.totals[key] += part[key] ?? 0;
  }

  /** Moves the window on; call it often. */
  slide(nowMs: number): void {
    if (nowMs - (this.marks.at(-1)?.ms ?? -Infinity) < MARK_MS) return;
    this.marks.push({ ms: nowMs, totals: { ...this.totals } });
    while (this.marks.length > 2 && nowMs - (this.marks[1]?.ms ?? nowMs) >= WINDOW_MS) this.marks.shift();
  }

  /** The rates over the window that ends now. */
  read(nowMs: number): Pick<Stats, 'lossPct' | 'bytesDownPerS' | 'bytesUpPerS' | 'snapshotAgeMs' | 'snapshotsPerS'> {
    const first = this.marks[0];
    const from = first?.totals ?? zero();
    const seconds = Math.max(MARK_MS, nowMs - (first?.ms ?? nowMs)) / 1000;
    const of = (key: keyof Totals): number => this.totals[key] - from[key];
    return {
      lossPct: (100 * of('lost')) / Math.max(1, of('lost') + of('snapshots')),
      bytesDownPerS: of('bytesIn') / seconds,
      bytesUpPerS: of('bytesOut') / seconds,
      snapshotAgeMs: of('ageMs') / Math.max(1, of('samples')),
      snapshotsPerS: of('snapshots') / seconds,
    };
  }
}
