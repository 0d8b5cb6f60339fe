import type { BitReader, BitWriter } from './bits';

/**
 * How one field of a struct handovers; generated code puts them together, as in list(8, 4, 0, 0, struct(Point)).
 * Decoded values are shared between states: treat them as read-only.
 */
export interface FieldCodec<T> {
  create(): T;
  write(w: BitWriter, v: T): void;
  read(r: BitReader): T;
  equal(a: T, b: T): boolean;
  /** The difference, which says by itself where there is none. */
  writeDelta(w: BitWriter, v: T, base: T): void;
  readDelta(r: BitReader, base: T): T;
  /** The difference of two values that are known to differ. */
  writeChanged(w: BitWriter, v: T, base: T): void;
  readChanged(r: BitReader, base: T): T;
}

type Whole<T> = Pick<FieldCodec<T>, 'create' | 'write' | 'read' | 'equal'>;

/** A field whose differences begin with a bit: whether there is one. Without changed forms, a changed value goes whole. */
export function flagged<T>(c: Whole<T>, changed?: Pick<FieldCodec<T>, 'writeChanged' | 'readChanged'>): FieldCodec<T> {
  const how = changed ?? { writeChanged: (w: BitWriter, v: T) => c.write(w, v), readChanged: (r: BitReader) => c.read(r) };
  return {
    ...c,
    ...how,
    writeDelta(w: BitWriter, v: T, base: T): void {
      if (w.changed(!c.equal(v, base))) how.writeChanged(w, v, base);
    },
    readDelta(r: BitReader, base: T): T {
      return r.bool() ? how.readChanged(r, base) : base;
    },
  };
}

/** A field whose differences need no such bit. */
export function direct<T>(c: Whole<T> & Pick<FieldCodec<T>, 'writeDelta' | 'readDelta'>): FieldCodec<T> {
  return { ...c, writeChanged: c.writeDelta, readChanged: c.readDelta };
}

/** The comparison of values that are what they look like. */
export function same<T>(a: T, b: T): boolean {
  return a === b;
}
