import type { BitReader } from '../bits';
import type { Change, Replicated } from '../replicated';
import type { BestRows, RowValue, Schema } from '../schema';
import { KIND_BITS, MAX_IN_VIEW, type Refusal } from '../snapshot';
import type { BestSection, BestReader } from '../tier';
import { BestCodec } from './codec';
import { MAX_REST, type History } from './history';
import type { Rows } from './rows';
import { MAX_SECTION_AGE, MEMORY_TICKS, Room, Window, type Bringing } from './window';

// The section of the best tier: docs/wire.md#best-tier.

const SLOT_GROUP = 2;
const LENGTH_GROUP = 6;

/** The rows of one kind. */
interface Kind {
  readonly rows: BestRows<unknown>;
  readonly codec: BestCodec;
  readonly room: Room;
}

/** What a section's streams are read by. */
interface Reading {
  readonly tick: number;
  /** Slots that are not in the section: excluded ones, and those of records. */
  readonly without: ReadonlySet<number>;
  readonly forced: Set<number>;
  readonly entity: (slot: number) => Replicated | undefined;
  readonly updates: Change[];
  readonly brought: Bringing;
}

/** What a client of the best tier remembers of the snapshots that it applied lately. */
export class BestSections implements BestReader {
  private readonly kinds = new Map<number, Kind>();
  /** By tick. */
  private readonly memory = new Map<number, Bringing>();

  constructor(schema: Schema) {
    for (const { kind, best } of schema.kinds) {
      if (best !== undefined) this.kinds.set(kind, { rows: best, codec: new BestCodec(best.layout), room: new Room() });
    }
  }

  decode(r: BitReader, tick: number, records: ReadonlySet<number>, entity: Reading['entity']): BestSection | Refusal {
    const excluded = readSlots(r);
    const forced = readSlots(r);
    const without = new Set([...excluded, ...records]);
    const s: Reading = { tick, without, forced, entity, updates: [], brought: new Map() };
    const seen = new Set<number>();
    while (r.bool()) {
      const kind = r.uint(KIND_BITS);
      const bytes = readBytes(r);
      const k = this.kinds.get(kind);
      if (r.failed || k === undefined || seen.has(kind)) return 'malformed';
      seen.add(kind);
      const refusal = this.decodeStream(s, kind, k, bytes);
      if (refusal !== null) return refusal;
    }
    // What is forced is in the section, and would not be a version otherwise.
    if (r.failed || seen.size === 0 || forced.size > 0) return 'malformed';
    return s;
  }

  private decodeStream(s: Reading, kind: number, k: Kind, bytes: Uint8Array): Refusal | null {
    const names = k.codec.names(bytes);
    if (names === null || !names.steady || names.ahead > MAX_SECTION_AGE || names.ahead >= s.tick) return 'malformed';
    const window = Window.open(this.memory, s.tick - names.ahead, names);
    if (window === null) return 'baseline';
    const slots = window.slots().filter((n) => !s.without.has(n) && s.entity(n)?.codec.kind === kind);
    if (slots.length === 0) return 'malformed';
    const history = window.recall(k.codec, slots, k.room);
    const rows = k.codec.rows(slots.length); // of its own: memory keeps it
    if (!k.codec.decode(bytes, history, rows)) return 'malformed';
    const baseline = history.versions[0]!.rows;
    for (const [i, slot] of slots.entries()) {
      const same = rows.sameRow(i, baseline);
      const forced = s.forced.delete(slot);
      if (forced && !same) return 'malformed';
      if (forced || !same) s.updates.push(update(slot, s.entity(slot)!, k.rows, rows.row(i), window));
      s.brought.set(slot, { rows, at: i, rest: rested(k.codec, rows, history, i) });
    }
    return null;
  }

  remember(tick: number, section: BestSection | null, changes: readonly Change[]): void {
    const brought: Bringing = section?.brought ?? new Map();
    for (const c of changes) {
      if (c.entity === null || c.own || brought.has(c.slot)) continue;
      const k = this.kinds.get(c.entity.codec.kind);
      if (k === undefined) continue;
      const rows = k.codec.rows(1);
      rows.setRow(0, k.rows.values(c.state));
      brought.set(c.slot, { rows, at: 0, rest: c.spawn ? MAX_REST : 0 });
    }
    for (const t of this.memory.keys()) if (t + MEMORY_TICKS <= tick) this.memory.delete(t);
    this.memory.set(tick, brought);
  }

  forget(slot: number): void {
    for (const brought of this.memory.values()) brought.delete(slot);
  }
}

/**
 * A row's new version. What the entity has beside its row is as in its newest version: a server that changed it since sends
 * a record.
 */
function update(slot: number, entity: Replicated, rows: BestRows<unknown>, row: readonly RowValue[], w: Window): Change {
  const state = rows.assign(entity.state, row);
  return { slot, entity, fresh: false, spawn: false, state, base: entity.newestNamed(w.base, w.names.lags), own: entity.own };
}

/** The rest of row i as of the snapshot that brings it. */
function rested(codec: BestCodec, rows: Rows, h: History, i: number): number {
  if (codec.moved(rows, i, h.versions[0]!.rows, i)) return 0;
  return Math.min(MAX_REST, h.rest[i]! + h.ahead);
}

/** Reads a list of rising slots; r fails where it is none. */
function readSlots(r: BitReader): Set<number> {
  const out = new Set<number>();
  let next = 0;
  while (r.bool()) {
    const slot = next + r.varuint(SLOT_GROUP);
    if (slot >= MAX_IN_VIEW) r.fail();
    if (r.failed) break;
    out.add(slot);
    next = slot + 1;
  }
  return out;
}

function readBytes(r: BitReader): Uint8Array {
  const n = r.varuint(LENGTH_GROUP);
  // The length is checked against what is left before anything is allocated for it.
  if (n * 8 > r.remaining) {
    r.fail();
    return new Uint8Array(0);
  }
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = r.uint(8);
  return out;
}
