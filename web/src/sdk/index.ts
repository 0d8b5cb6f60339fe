// The browser SDK of Realmwire: everything between a game's screen and its zone.
export { ApiError, type Account, type Character, type Grant, type Look, type RealmInfo } from './api';
export type { TransportChoice } from './dial';
export type { GameClient, RawInput, ZoneContext } from './game';
export type { MapArtefact, MapLayer, MapPortal, MapSpawn } from './map';
export type { Stats } from './meter';
export { GameSession, type SessionEvents, type SessionOptions, type SessionStatus } from './session';
export type { Tier } from './snapshot';
export type { ChatLine, EntityOf, ViewOf, ZoneInfo } from './view';
export { RealmApi, Session, type EntityView, type Npc, type Player, type View } from './rpg';
