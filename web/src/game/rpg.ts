// Binds the SDK to the RPG. Another game brings its own such file, and imports of the SDK what this one does.
import { type EntityOf, type GameClient, GameSession, MAX_INPUT, type RawInput, type RealmApi, type SessionOptions, step, UNITS_PER_TILE } from '../sdk';
import { Input, schema, type NPC, type Player } from './gen/rpg';

export type { Player } from './gen/rpg';
export type Npc = NPC;

// The numbers of zone/games/rpg/rpg.go.
const PLAYER_SPEED = 5 * UNITS_PER_TILE;
const PLAYER_HALF_W = 96;
const PLAYER_HALF_H = 80;

/** What the SDK must know of the RPG. */
export const rpg: GameClient<Player | Npc, Input> = {
  schema,
  input: Input,
  client: 'realmwire-web/0.1',
  unitsPerPixel: UNITS_PER_TILE / 16,
  teleportUnits: 3 * UNITS_PER_TILE,

  quantise(raw: RawInput): Input {
    const length = Math.max(1, Math.hypot(raw.x, raw.y));
    // Towards zero: a rounded-up vector would be longer than the longest that moves anybody.
    const axis = (v: number): number => Math.trunc(((Number.isFinite(v) ? v : 0) / length) * MAX_INPUT) + 0;
    return { moveX: axis(raw.x), moveY: axis(raw.y), buttons: raw.buttons & 0xff };
  },

  predict(own, input, tick, zone) {
    if (!isPlayer(own) || own.self.held) return own;
    const params = { speed: PLAYER_SPEED, tickHz: zone.tickHz, halfW: PLAYER_HALF_W, halfH: PLAYER_HALF_H };
    const body = step(zone.map, own.body, { x: input.moveX, y: input.moveY }, params, tick);
    return body === own.body ? own : { ...own, body: body as Player['body'] };
  },

  agrees(predicted, server) {
    if (!isPlayer(predicted) || !isPlayer(server)) return true;
    const a = predicted.body;
    const b = server.body;
    return a.x === b.x && a.y === b.y && a.facing === b.facing && predicted.self.held === server.self.held;
  },

  adopt(predicted, server) {
    return isPlayer(server) && isPlayer(predicted) ? { ...server, body: predicted.body } : server;
  },
};

function isPlayer(s: Player | Npc): s is Player {
  return 'self' in s;
}

/** An entity of the RPG as it is to be drawn; x, y in pixels. */
export type EntityView = (EntityOf<Player> & { kind: 'player' }) | (EntityOf<Npc> & { kind: 'npc' });

/** What there is to draw. */
export interface View {
  own: EntityView | null;
  /** All, the own one included. */
  entities: EntityView[];
  /** The tick that others are drawn at. */
  tick: number;
}

/** A character's play in the RPG. */
export class Session extends GameSession<Player | Npc, Input> {
  static connect(api: RealmApi, characterId: string, options: SessionOptions = {}): Session {
    return new Session(rpg, api, characterId, options);
  }

  override frame(ms: number): View {
    return super.frame(ms) as View; // the kinds are those of the schema
  }
}
