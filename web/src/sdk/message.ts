import { BitReader, BitWriter } from './bits';
import type { MessageCodec } from './schema';

/** Ids below this are the system's; a game's own messages begin here. */
export const FIRST_GAME_MESSAGE = 64;

/** A whole message of the reliable lane, its id first. */
export function encodeMessage<T>(codec: MessageCodec<T>, v: T): Uint8Array<ArrayBuffer> {
  const w = new BitWriter();
  w.uint(codec.id, 8);
  codec.write(w, v);
  return w.bytes();
}

/** The message of that codec; null: these bytes are not one. */
export function decodeMessage<T>(codec: MessageCodec<T>, msg: Uint8Array): T | null {
  if (msg[0] !== codec.id) return null;
  const r = new BitReader(msg.subarray(1));
  const v = codec.read(r);
  return r.close() ? v : null;
}
