import type { BestCodec } from './codec';
import { MAX_LAG, MAX_REST, type History, type Names, type Version } from './history';
import { looks } from './past';
import type { Rows } from './rows';

/** How many ticks of snapshots an end of the best tier remembers. */
export const MEMORY_TICKS = 64;
/** The greatest age of a section's baseline: its window lies within what both ends remember. */
export const MAX_SECTION_AGE = MEMORY_TICKS - 1 - (MAX_LAG + 1);

/** A row that a snapshot brought: row at of rows, which nobody changes. */
export interface Brought {
  readonly rows: Rows;
  readonly at: number;
  /** For how many ticks up to that snapshot it did not move, where that was known; else 0. */
  readonly rest: number;
}

/** The rows that one snapshot brought, by slot. */
export type Bringing = Map<number, Brought>;

/**
 * The snapshots that a section builds on: acknowledged ones, which it names. Nothing else that an end may know counts, so
 * that both see the same. See docs/wire.md#best-tier.
 */
export class Window {
  /** By lag; undefined: not named. */
  private readonly held: (Bringing | undefined)[] = [];

  private constructor(
    readonly base: number,
    readonly names: Names,
  ) {}

  /** Null: a snapshot that is named was not applied. */
  static open(memory: ReadonlyMap<number, Bringing>, base: number, names: Names): Window | null {
    const w = new Window(base, names);
    for (let lag = 0; lag <= MAX_LAG; lag++) {
      if (((names.lags >> lag) & 1) === 0) continue;
      const brought = memory.get(base - lag);
      if (brought === undefined) return null;
      w.held[lag] = brought;
    }
    return w;
  }

  /** The slots that any of them brought, rising. */
  slots(): number[] {
    const all = new Set<number>();
    for (const h of this.held) for (const slot of h?.keys() ?? []) all.add(slot);
    return [...all].sort((a, b) => a - b);
  }

  /**
   * The lag of the newest snapshot at or before lag that brought a slot's row. Before the first that did, that stands in.
   * Some snapshot did.
   */
  private asOf(slot: number, lag: number): number {
    for (let l = lag; l <= MAX_LAG; l++) if (this.held[l]?.has(slot)) return l;
    for (let l = lag - 1; l > 0; l--) if (this.held[l]?.has(slot)) return l;
    return 0;
  }

  private brought(slot: number, lag: number): Brought {
    return this.held[lag]!.get(slot)!;
  }

  /** What it knows of the rows of slots, each of which it has. */
  recall(codec: BestCodec, slots: readonly number[], room: Room): History {
    const { lags } = this.names;
    const looked = looks(lags);
    const versions: Version[] = [];
    for (let lag = 0; lag <= MAX_LAG; lag++) {
      if (((lags >> lag) & 1) === 0) continue;
      if (((looked >> lag) & 1) === 0) {
        versions.push({ lag, rows: versions[0]!.rows }); // never read
        continue;
      }
      const rows = room.rows(codec, lag, slots.length);
      for (const [i, slot] of slots.entries()) {
        const b = this.brought(slot, this.asOf(slot, lag));
        rows.copyRow(i, b.rows, b.at);
      }
      versions.push({ lag, rows });
    }
    return { ...this.names, versions, rest: Uint8Array.from(slots, (slot) => this.rest(codec, slot)) };
  }

  /**
   * For how many ticks before the baseline a slot's row did not move. What was said with the version that stands as of the
   * baseline counts on; where that had just moved, the versions before tell.
   */
  private rest(codec: BestCodec, slot: number): number {
    const at = this.asOf(slot, 0);
    const now = this.brought(slot, at);
    if (now.rest > 0) return Math.min(MAX_REST, now.rest + at);
    let oldest = at;
    for (let lag = at + 1; lag <= MAX_LAG; lag++) {
      const b = this.held[lag]?.get(slot);
      if (b === undefined) continue;
      if (codec.moved(now.rows, now.at, b.rows, b.at)) return lag - 1;
      oldest = lag;
    }
    return oldest;
  }
}

/** Room for the rows of a history, kept from snapshot to snapshot: of most, the next has as many. */
export class Room {
  private readonly kept: (Rows | undefined)[] = [];

  rows(codec: BestCodec, lag: number, count: number): Rows {
    const held = this.kept[lag];
    return held?.count === count ? held : (this.kept[lag] = codec.rows(count));
  }
}
