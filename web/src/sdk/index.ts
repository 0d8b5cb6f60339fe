// The browser SDK of Realmwire: everything between a game's screen and its zone. It knows no game: one is bound to it by a
// GameClient (game.ts), made from the code that `realmwire gen` writes, which imports bits, fields, motion and schema beside this file.
export { ApiError, newClient, RealmApi, type Account, type Character, type Endpoint, type Grant, type PlayingClient, type RealmInfo } from './api';
export type { TransportChoice } from './dial';
export type { GameClient, RawInput, ZoneContext } from './game';
export type { MapArtefact, MapLayer, MapPortal, MapSpawn } from './map';
export type { Stats } from './meter';
export { MAX_INPUT, step, UNITS_PER_TILE, type Grid, type MoveInput, type MoveParams, type MoveState } from './mover';
export { GameSession, type SessionEvents, type SessionOptions, type SessionStatus } from './session';
export type { BestChunk, Tier } from './tier';
export { TRANSPORTS, type TransportKind } from './transport';
export type { ChatLine, EntityOf, ViewOf, ZoneInfo } from './view';
