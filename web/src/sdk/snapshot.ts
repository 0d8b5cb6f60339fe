import type { BitReader, BitWriter } from './bits';

/** First bytes of the messages on the latest lane. */
export const TYPE_BEST = 0; // server to client: a snapshot with a section of the best tier
export const TYPE_SNAPSHOT = 1; // server to client
export const TYPE_INPUTS = 2; // client to server

/** How much work goes into a client's snapshots. Best pays where many bodies move at once; see docs/benchmarks.md. */

/** Entities in one client's view, at most. */
export const MAX_IN_VIEW = 1024;

/** An entity kind's number. */
export const KIND_BITS = 6;

/** Why a snapshot was refused. A refused one changes nothing and is not acknowledged. */
export type Refusal =
  | 'stale' // not newer than the last: ignore it
  | 'malformed'
  | 'baseline' // it refers to a baseline that is not here
  | 'checksum'; // it decodes to other entities than the server sent

/** Opens a snapshot. Its second half steers the client's clock. See docs/wire.md#snapshots. */
export interface SnapshotHeader {
  /** A section of the best tier follows the records. */
  section: boolean;
  /** The tick whose state follows. */
  tick: number;
  /** A checksum over the snapshot's entities ends it. */
  verify: boolean;
  /** The clientTime of the newest input packet since the last snapshot, if one came. */
  echo: number | null;
  /** Milliseconds that the echo waited at the server. */
  holdMs: number;
  /** How long before its tick that packet's newest input came, in 1/16 ticks; negative: too late. */
  lead: number;
  /** This tick was simulated without an input of the client's. */
  starved: boolean;
  /** How many ticks a second come after this one; 0: as many as were said last. */
  tickHz: number;
}

const MIN_LEAD = -2048;
const MAX_LEAD = 2047;
const LEAD_BITS = 12;
const MAX_TICK_HZ = 128;
const TICK_HZ_BITS = 7;

/** Reads a snapshot's header; r fails where it is none. */
export function readHeader(r: BitReader): SnapshotHeader {
  const type = r.uint(8);
  if (type !== TYPE_SNAPSHOT && type !== TYPE_BEST) r.fail();
  const tick = r.uint(32);
  const h: SnapshotHeader = { section: type === TYPE_BEST, tick, verify: r.bool(), echo: null, holdMs: 0, lead: 0, starved: false, tickHz: 0 };
  if (r.bool()) {
    h.echo = r.uint(16);
    h.holdMs = r.uint(8);
    h.lead = r.int(MIN_LEAD, MAX_LEAD, LEAD_BITS);
  }
  h.starved = r.bool();
  if (r.bool()) h.tickHz = r.int(1, MAX_TICK_HZ, TICK_HZ_BITS);
  return h;
}

/** Writes a snapshot's header. */
export function writeHeader(w: BitWriter, h: SnapshotHeader): void {
  w.uint(h.section ? TYPE_BEST : TYPE_SNAPSHOT, 8);
  w.uint(h.tick, 32);
  w.bool(h.verify);
  if (w.changed(h.echo !== null)) {
    w.uint(h.echo ?? 0, 16);
    w.uint(h.holdMs, 8);
    w.int(h.lead, MIN_LEAD, MAX_LEAD, LEAD_BITS);
  }
  w.bool(h.starved);
  if (w.changed(h.tickHz !== 0)) w.int(h.tickHz, 1, MAX_TICK_HZ, TICK_HZ_BITS);
}
