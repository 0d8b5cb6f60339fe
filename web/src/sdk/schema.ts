import type { BitReader, BitWriter } from './bits';
import type { Span } from './motion';
import type { Layout } from './best/layout';

// What `realmwire gen` emits for a game implements these. They are declared with method syntax on purpose: methods are
// compared loosely, so that an EntityCodec<Player> can stand in a list of EntityCodec<unknown>.

/** How a struct handovers. Decoded values are shared between states: treat them as read-only. */
export interface Codec<T> {
  readonly name: string;
  create(): T;
  write(w: BitWriter, v: T): void;
  read(r: BitReader): T;
}

/** A codec that can also say only what differs from an earlier value. */
export interface DeltaCodec<T> extends Codec<T> {
  writeDelta(w: BitWriter, v: T, base: T): void;
  readDelta(r: BitReader, base: T): T;
  equal(a: T, b: T): boolean;
}

/** A codec of a component some of whose fields only the owner is sent; for others these keep their initial value. */
export interface OwnedCodec<T> {
  readonly name: string;
  create(): T;
  write(w: BitWriter, v: T, owner: boolean): void;
  read(r: BitReader, owner: boolean): T;
  writeDelta(w: BitWriter, v: T, base: T, owner: boolean): void;
  readDelta(r: BitReader, base: T, owner: boolean): T;
  equal(a: T, b: T, owner: boolean): boolean;
}

/** A codec of a component whose motion is foreseen: from base, by how that differs from prior. */
export interface PredictedCodec<T> extends Codec<T> {
  readPredicted(r: BitReader, base: T, prior: T, span: Span): T;
  /** Where no version from before base is known. */
  readDelta(r: BitReader, base: T): T;
  equal(a: T, b: T): boolean;
}

/** One integer of a row; a bigint where its range is beyond what numbers hold. */
export type RowValue = number | bigint;

/** The components with hints of an entity kind whose schema asks for the best tier, as rows of integers. */
export interface BestRows<T> {
  readonly layout: Layout;
  values(v: T): RowValue[];
  /** What v is with the values of a row. */
  assign(v: T, n: readonly RowValue[]): T;
}

/** How an entity kind handovers. Some components only the owner is sent; for others they keep their initial value. */
export interface EntityCodec<T> {
  /** The kind's number on the wire. */
  readonly kind: number;
  readonly name: string;
  create(): T;
  /** Where the entity is, in position units. */
  position(v: T): { x: number; y: number };
  write(w: BitWriter, v: T, owner: boolean): void;
  read(r: BitReader, owner: boolean): T;
  /** Kinds that are predicted have none: only servers write them. */
  writeDelta?(w: BitWriter, v: T, base: T, owner: boolean): void;
  readDelta(r: BitReader, base: T, owner: boolean): T;
  /** Kinds that are predicted have it. */
  readPredicted?(r: BitReader, base: T, prior: T, span: Span, owner: boolean): T;
  /** Kinds whose schema asks for the best tier have it. */
  readonly best?: BestRows<T>;
}

/** A message of the reliable lane; its id is its first byte. */
export interface MessageCodec<T> extends Codec<T> {
  readonly id: number;
}

/** Everything that a game says on the wire. */
export interface Schema {
  /** 16 hex digits; client and server must have the same. */
  readonly hash: string;
  readonly kinds: readonly EntityCodec<unknown>[];
  readonly messages: readonly MessageCodec<unknown>[];
  readonly input?: DeltaCodec<unknown>;
}
