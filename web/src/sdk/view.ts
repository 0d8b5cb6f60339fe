// What a session shows of its zone.

/** A zone as its players see it. */
export interface ZoneInfo {
  name: string;
  title: string;
  players: number;
  capacity: number;
}

/** A line of chat. */
export interface ChatLine {
  channel: 'zone' | 'system';
  /** Who speaks; empty: the system. */
  from: string;
  text: string;
  /** The speaker's entity, where there is one. */
  entity: number | undefined;
}

/** An entity as it is to be drawn. */
export interface EntityOf<S> {
  id: number;
  kind: string;
  own: boolean;
  /** In pixels. */
  x: number;
  y: number;
  state: S;
}

/** What there is to draw. */
export interface ViewOf<S> {
  own: EntityOf<S> | null;
  /** All, the own one included. */
  entities: EntityOf<S>[];
  /** The tick that others are drawn at. */
  tick: number;
}
