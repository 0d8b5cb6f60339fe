import { MAX_AGE, MAX_LAG } from './records';
import type { EntityCodec } from './schema';

/** A state of an entity, and the snapshot that brought it. */
export interface Version {
  tick: number;
  state: unknown;
}

/** One entity as the client has it. */
export class Replicated {
  readonly id: number;
  readonly codec: EntityCodec<unknown>;
  own: boolean;
  /** The newest state. It is never changed, only replaced. */
  state: unknown = null;
  /** The snapshot that brought it. */
  tick = 0;

  /** By rising ticks; the last is state. */
  private versions: Version[] = [];

  constructor(id: number, codec: EntityCodec<unknown>, own: boolean) {
    this.id = id;
    this.codec = codec;
    this.own = own;
  }

  /** The newest version that a snapshot at or before tick brought. See docs/wire.md#baselines. */
  standing(tick: number): Version | null {
    for (let i = this.versions.length - 1; i >= 0; i--) {
      const v = this.versions[i] as Version;
      if (v.tick <= tick) return v;
    }
    return null;
  }

  /** The version that the snapshot of tick brought. */
  exact(tick: number): Version | null {
    const v = this.standing(tick);
    return v?.tick === tick ? v : null;
  }

  /** The newest version that one of the snapshots named brought: bit l of lags names that of base - l. 0: there is none. */
  newestNamed(base: number, lags: number): number {
    for (let i = this.versions.length - 1; i >= 0; i--) {
      const back = base - (this.versions[i] as Version).tick;
      if (back >= 0 && back < 32 && (lags >>> back) & 1) return base - back;
    }
    return 0;
  }

  /**
   * Makes state the newest version, and drops those that nothing can mean any more: the server's baselines only move
   * forward (base is what this one was built on), predictions look back MAX_LAG ticks from there at most, and beyond
   * MAX_AGE only the newest of the old ones counts.
   */
  push(tick: number, state: unknown, base: number): void {
    const all = this.versions;
    let drop = 0;
    while (drop < all.length && (all[drop] as Version).tick + MAX_LAG < base) drop++;
    while (drop + 1 < all.length && (all[drop + 1] as Version).tick + MAX_AGE <= tick) drop++;
    all.splice(0, drop);
    all.push({ tick, state });
    this.state = state;
    this.tick = tick;
  }
}

/** One record of a snapshot, or update of its section, decoded but not yet applied. */
export interface Change {
  slot: number;
  /** Null: the entity is gone. */
  entity: Replicated | null;
  /** The slot did not hold this entity before. */
  fresh: boolean;
  /** It came whole. */
  spawn: boolean;
  state: unknown;
  base: number;
  own: boolean;
}
