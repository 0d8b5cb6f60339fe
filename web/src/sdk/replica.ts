import { BitReader, BitWriter } from './bits';
import { crc32 } from './crc32';
import { AGED, GONE, MAX_AGE, readRecords, SPAWN, type Record } from './records';
import { Replicated, type Change, type Version } from './replicated';
import type { EntityCodec, Schema } from './schema';
import { KIND_BITS, readHeader, type Refusal, type SnapshotHeader } from './snapshot';
import type { BestSection, BestReader } from './tier';

const ID_GROUP = 8;
const CHECKSUM_BITS = 32;

/** What became of a snapshot. */
export interface Applied {
  header: SnapshotHeader;
  /** Null: it is the newest state now. */
  refusal: Refusal | null;
}

/** A client's copy of what it sees of a zone. */
export class Replica {
  /** Events of the last {@link apply} that was not refused. */
  spawned: Replicated[] = [];
  despawned: Replicated[] = [];

  /** Snapshots whose checksum was compared, entities in them, and snapshots that differed. */
  checked = 0;
  entities = 0;
  desyncs = 0;
  /** Snapshots applied that had a section of the best tier. */
  sections = 0;

  private readonly kinds = new Map<number, EntityCodec<unknown>>();
  private readonly slots: (Replicated | undefined)[] = [];
  private mine: Replicated | null = null;
  private newest = 0;
  private older = 0;
  private pending: Change[] = [];
  private section: BestSection | null = null;
  /** The slots of the records of each snapshot that one to come may name, by tick. */
  private readonly held = new Map<number, number[]>();
  private readonly sum = new BitWriter(2048);

  /** best: what takes sections of the best tier; null: it was not asked for. */
  constructor(
    schema: Schema,
    private readonly best: BestReader | null = null,
  ) {
    for (const k of schema.kinds) this.kinds.set(k.kind, k);
  }

  /** The newest snapshot applied; 0: none yet. */
  get tick(): number {
    return this.newest;
  }

  /** What to tell the server of the snapshots applied: bit i of older says that tick-1-i was. */
  get ack(): { tick: number; older: number } {
    return { tick: this.newest, older: this.older };
  }

  /** The entities, by rising slots. */
  all(): Replicated[] {
    return this.slots.filter((e) => e !== undefined);
  }

  /** The client's own entity. */
  get own(): Replicated | null {
    return this.mine;
  }

  /** Decodes a snapshot and makes it the newest state. */
  apply(msg: Uint8Array): Applied {
    const r = new BitReader(msg);
    const header = readHeader(r);
    return { header, refusal: this.take(r, header) };
  }

  private take(r: BitReader, h: SnapshotHeader): Refusal | null {
    if (r.failed) return 'malformed';
    if (h.tick <= this.newest) return 'stale';
    this.pending = [];
    const refusal = this.decode(r, h) ?? this.decodeSection(r, h);
    if (refusal !== null) return refusal;
    if (h.verify) {
      const want = r.uint(CHECKSUM_BITS);
      if (r.failed) return 'malformed';
      this.checked++;
      if (this.checksum() !== want) {
        this.desyncs++;
        return 'checksum';
      }
    }
    if (!r.close()) return 'malformed';
    this.commit(h.tick);
    return null;
  }

  private decode(r: BitReader, h: SnapshotHeader): Refusal | null {
    // What is expected of a snapshot with a section is in the section.
    return readRecords(r, h.tick, this.held, !h.section, (record) => {
      const c = this.decodeRecord(r, h.tick, record);
      if (typeof c === 'string') return c;
      if (r.failed) return 'malformed';
      this.pending.push(c);
      return null;
    });
  }

  private decodeSection(r: BitReader, h: SnapshotHeader): Refusal | null {
    this.section = null;
    if (!h.section) return null;
    if (this.best === null) return 'malformed'; // of a tier that was not asked for
    const records = new Set(this.pending.map((c) => c.slot));
    const section = this.best.decode(r, h.tick, records, (slot) => this.slots[slot]);
    if (typeof section === 'string') return section;
    this.pending.push(...section.updates);
    this.section = section;
    return null;
  }

  private decodeRecord(r: BitReader, tick: number, record: Record): Change | Refusal {
    const { slot } = record;
    if (record.form === GONE) return { slot, entity: null, fresh: false, spawn: false, state: null, base: 0, own: false };
    return record.form === SPAWN ? this.decodeSpawn(r, slot) : this.decodeUpdate(r, tick, record);
  }

  private decodeSpawn(r: BitReader, slot: number): Change | Refusal {
    const id = r.varuint(ID_GROUP);
    const codec = this.kinds.get(r.uint(KIND_BITS));
    const own = r.bool();
    if (r.failed || id === 0 || id > 0xffffffff || codec === undefined) return 'malformed';
    const held = this.slots[slot];
    const known = held !== undefined && held.id === id && held.codec === codec;
    const entity = known ? held : new Replicated(id, codec, own);
    return { slot, entity, fresh: !known, spawn: true, state: codec.read(r, own), base: 0, own };
  }

  private decodeUpdate(r: BitReader, tick: number, record: Record): Change | Refusal {
    const { slot, age, named } = record;
    if (record.form === AGED && (age === 0 || (age >= tick && age !== MAX_AGE))) return 'malformed';
    const entity = this.slots[slot];
    if (entity === undefined) return 'baseline';
    let prior: Version | null = null;
    let base: Version | null;
    if (record.form === AGED) {
      base = age === MAX_AGE ? entity.standing(tick - age) : entity.exact(tick - age);
    } else {
      base = entity.standing(named);
      if (record.lag > 0) prior = entity.exact(named - record.lag);
    }
    if (base === null) return 'baseline';
    const { codec, own } = entity;
    const state =
      prior !== null && codec.readPredicted !== undefined
        ? codec.readPredicted(r, base.state, prior.state, { ahead: tick - named, lag: record.lag }, own)
        : codec.readDelta(r, base.state, own);
    return { slot, entity, fresh: false, spawn: false, state, base: base.tick, own };
  }

  private commit(tick: number): void {
    this.spawned = [];
    this.despawned = [];
    for (const c of this.pending) {
      const held = this.slots[c.slot];
      if (held !== undefined && held !== c.entity) {
        this.despawned.push(held);
        this.slots[c.slot] = undefined;
        this.best?.forget(c.slot);
        if (held === this.mine) this.mine = null;
      }
      if (c.entity === null) continue;
      if (c.fresh) {
        this.slots[c.slot] = c.entity;
        this.spawned.push(c.entity);
      }
      c.entity.own = c.own;
      if (c.own) this.mine = c.entity;
      c.entity.push(tick, c.state, c.base);
    }
    for (const t of this.held.keys()) {
      if (t + MAX_AGE <= tick) this.held.delete(t);
    }
    this.held.set(tick, this.pending.map((c) => c.slot));
    this.best?.remember(tick, this.section, this.pending);
    if (this.section !== null) this.sections++;
    const gap = tick - this.newest;
    // A shift by 32 would be a shift by 0 here.
    const before = gap < 32 ? this.older << gap : 0;
    this.older = this.newest !== 0 && gap <= 32 ? (before | (1 << (gap - 1))) >>> 0 : 0;
    this.newest = tick;
  }

  /** Covers every entity of the snapshot as the server wrote it: its id and its whole state. */
  private checksum(): number {
    this.sum.reset();
    for (const c of this.pending) {
      if (c.entity === null) continue;
      this.sum.uint(c.entity.id, 32);
      c.entity.codec.write(this.sum, c.state, c.own);
      this.entities++;
    }
    return crc32(this.sum.bytes());
  }
}
