import { BitReader, BitWriter } from './bits';
import type { DeltaCodec } from './schema';
import { TYPE_INPUTS } from './snapshot';

/** Inputs in one packet, at most: the newest and its redundancy. */
export const MAX_INPUTS = 16;

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
}

/** Writes an input packet: 1 to MAX_INPUTS inputs, the newest first, one a tick. The result is w's. */
export function writeInputs<I>(w: BitWriter, codec: DeltaCodec<I>, h: InputHeader, inputs: readonly I[]): Uint8Array<ArrayBuffer> {
  const n = Math.min(inputs.length, MAX_INPUTS);
  w.reset();
  w.uint(TYPE_INPUTS, 8);
  w.uint(h.ackTick, 32);
  w.uint(h.ackOlder, 32);
  w.uint(h.clientTime, 16);
  w.uint(h.newest, 32);
  w.uint(n - 1, 4);
  codec.write(w, inputs[0] as I);
  for (let i = 1; i < n; i++) codec.writeDelta(w, inputs[i] as I, inputs[i - 1] as I);
  return w.bytes();
}

/** Reads what {@link writeInputs} wrote; null: it is malformed. */
export function readInputs<I>(msg: Uint8Array, codec: DeltaCodec<I>): { header: InputHeader; inputs: I[] } | null {
  const r = new BitReader(msg);
  if (r.uint(8) !== TYPE_INPUTS) return null;
  const header = { ackTick: r.uint(32), ackOlder: r.uint(32), clientTime: r.uint(16), newest: r.uint(32) };
  const n = r.uint(4) + 1;
  let last = codec.read(r);
  const inputs = [last];
  while (inputs.length < n && !r.failed) inputs.push((last = codec.readDelta(r, last)));
  return r.close() && header.newest >= n ? { header, inputs } : null;
}
