import { BitReader, BitWriter } from './bits';
import type { DeltaCodec } from './schema';
import { TYPE_INPUTS } from './snapshot';

/** Inputs in one packet, at most: the newest and its redundancy. */
export const MAX_INPUTS = 16;

const AHEAD_BITS = 7; // the usual distance from the acknowledged tick to that of the newest input
const BEHIND_BITS = 12; // from what was shown to the newest input's tick, in parts of a tick
const VIEW_UNIT = 32; // parts of a tick
const MAX_TICK = 2 ** 32 - 1;

/** Opens an input packet. */
export interface InputHeader {
  /** The newest snapshot applied; 0: none. */
  ackTick: number;
  /** Bit i: snapshot ackTick-1-i was applied. */
  ackOlder: number;
  /** Milliseconds of the client's clock modulo 2^16; the next snapshot echoes them. */
  clientTime: number;
  /** The tick that the first input is for; each following is for the tick before. */
  newest: number;
  /**
   * The tick that the player saw when giving the first input, with its fraction, in 1/32; 0: nothing was shown yet. Each following
   * input was given a tick earlier, on a view of a tick earlier. What lies too far before newest, or after it, is limited.
   */
  view: number;
}

/** Writes an input packet: 1 to MAX_INPUTS inputs, the newest first, one a tick. The result is w's. */
export function writeInputs<I>(w: BitWriter, codec: DeltaCodec<I>, h: InputHeader, inputs: readonly I[]): Uint8Array<ArrayBuffer> {
  const n = Math.min(inputs.length, MAX_INPUTS);
  w.reset();
  w.uint(TYPE_INPUTS, 8);
  w.uint(h.ackTick, 32);
  w.uint(h.ackOlder, 32);
  w.uint(h.clientTime, 16);
  const ahead = h.newest - h.ackTick;
  if (w.changed(ahead >= 0 && ahead < 2 ** AHEAD_BITS)) w.uint(ahead, AHEAD_BITS);
  else w.uint(h.newest, 32);
  if (w.changed(h.view > 0)) {
    const behind = Math.round((h.newest - h.view) * VIEW_UNIT);
    w.uint(Math.max(0, Math.min(2 ** BEHIND_BITS - 1, behind)), BEHIND_BITS);
  }
  w.uint(n - 1, 4);
  codec.write(w, inputs[0] as I);
  for (let i = 1; i < n; i++) codec.writeDelta(w, inputs[i] as I, inputs[i - 1] as I);
  return w.bytes();
}

/** Reads what {@link writeInputs} wrote; null: it is malformed. */
export function readInputs<I>(msg: Uint8Array, codec: DeltaCodec<I>): { header: InputHeader; inputs: I[] } | null {
  const r = new BitReader(msg);
  if (r.uint(8) !== TYPE_INPUTS) return null;
  const header = { ackTick: r.uint(32), ackOlder: r.uint(32), clientTime: r.uint(16), newest: 0, view: 0 };
  header.newest = r.bool() ? header.ackTick + r.uint(AHEAD_BITS) : r.uint(32);
  if (header.newest > MAX_TICK) return null;
  if (r.bool()) {
    header.view = header.newest - r.uint(BEHIND_BITS) / VIEW_UNIT;
    if (header.view < 1) return null;
  }
  const n = r.uint(4) + 1;
  let last = codec.read(r);
  const inputs = [last];
  while (inputs.length < n && !r.failed) inputs.push((last = codec.readDelta(r, last)));
  return r.close() && header.newest >= n ? { header, inputs } : null;
}
