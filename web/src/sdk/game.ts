import type { MapArtefact } from './map';
import type { DeltaCodec, Schema } from './schema';

/** What the player holds down: a vector of length 0 to 1 (longer ones are shortened), y down, and buttons as bits. */
export interface RawInput {
  x: number;
  y: number;
  buttons: number;
}

/** What a prediction may know of its zone. */
export interface ZoneContext {
  readonly map: MapArtefact;
  readonly tickHz: number;
}

/**
 * All that the SDK must know of a game. S is any of its entities' states, I its input. States are never changed, only
 * replaced.
 */
export interface GameClient<S, I> {
  readonly schema: Schema;
  readonly input: DeltaCodec<I>;
  /** Name and version of this client, for the server's logs. */
  readonly client: string;
  readonly unitsPerPixel: number;
  /** A jump of this many position units or more is a teleport: nothing glides over it. */
  readonly teleportUnits: number;
  /** What is sent of the controls, in integers. */
  quantise(raw: RawInput): I;
  /** The own entity one tick later, exactly as the server computes it. */
  predict(own: S, input: I, tick: number, zone: ZoneContext): S;
  /** Whether the server's state is what was predicted, as far as predict goes. */
  agrees(predicted: S, server: S): boolean;
  /** The server's state with what predict computes taken from predicted. */
  adopt(predicted: S, server: S): S;
}
