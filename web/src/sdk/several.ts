import { flagged, same, type FieldCodec } from './fieldcodec';
import type { Codec, DeltaCodec } from './schema';

/** Another struct, inline. */
export function struct<T>(codec: DeltaCodec<T>): FieldCodec<T> {
  return flagged<T>(
    { create: () => codec.create(), write: (w, v) => codec.write(w, v), read: (r) => codec.read(r), equal: (a, b) => codec.equal(a, b) },
    { writeChanged: (w, v, base) => codec.writeDelta(w, v, base), readChanged: (r, base) => codec.readDelta(r, base) },
  );
}

/** Another struct, inline, of a message: it has no differences. */
export function whole<T>(codec: Codec<T>): FieldCodec<T> {
  return flagged<T>({ create: () => codec.create(), write: (w, v) => codec.write(w, v), read: (r) => codec.read(r), equal: same });
}

/** At most maxLen elements; small and medium are those of the difference of its length. */
export function list<T>(maxLen: number, lenWidth: number, small: number, medium: number, elem: FieldCodec<T>): FieldCodec<T[]> {
  const cut = (v: T[]): T[] => (v.length > maxLen ? v.slice(0, maxLen) : v);
  return flagged<T[]>(
    {
      create: () => [],
      write: (w, v) => w.list(v, maxLen, lenWidth, (e) => elem.write(w, e)),
      read: (r) => r.list(maxLen, lenWidth, () => elem.read(r)),
      equal: (a, b) => allEqual(elem, cut(a), cut(b)),
    },
    {
      writeChanged(w, v, base) {
        w.intDelta(v.length, base.length, 0, maxLen, lenWidth, small, medium);
        for (const [i, e] of cut(v).entries()) {
          const old = base[i];
          if (old !== undefined) elem.writeDelta(w, e, old);
          else elem.write(w, e);
        }
      },
      readChanged(r, base) {
        const n = r.intDelta(base.length, 0, maxLen, lenWidth, small, medium);
        const out: T[] = [];
        for (let i = 0; i < n && !r.failed; i++) {
          const old = base[i];
          out.push(old !== undefined ? elem.readDelta(r, old) : elem.read(r));
        }
        return out;
      },
    },
  );
}

function allEqual<T>(elem: FieldCodec<T>, a: T[], b: T[]): boolean {
  return a.length === b.length && a.every((e, i) => elem.equal(e, b[i] as T));
}

/** Exactly count elements; those that are missing count as new ones. */
export function array<T>(count: number, elem: FieldCodec<T>): FieldCodec<T[]> {
  const each = (make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
  const filled = (v: T[]): T[] => (v.length === count ? v : each((i) => v[i] ?? elem.create()));
  return flagged<T[]>(
    {
      create: () => each(() => elem.create()),
      write: (w, v) => filled(v).forEach((e) => elem.write(w, e)),
      read: (r) => each(() => elem.read(r)),
      equal: (a, b) => allEqual(elem, filled(a), filled(b)),
    },
    {
      writeChanged(w, v, base) {
        const old = filled(base);
        filled(v).forEach((e, i) => elem.writeDelta(w, e, old[i] as T));
      },
      readChanged(r, base) {
        const old = filled(base);
        return each((i) => elem.readDelta(r, old[i] as T));
      },
    },
  );
}

/** A value that may be absent. */
export function optional<T>(elem: FieldCodec<T>): FieldCodec<T | null> {
  return flagged<T | null>(
    {
      create: () => null,
      write(w, v) {
        w.bool(v !== null);
        if (v !== null) elem.write(w, v);
      },
      read: (r) => (r.bool() ? elem.read(r) : null),
      equal: (a, b) => (a === null || b === null ? a === b : elem.equal(a, b)),
    },
    {
      writeChanged(w, v, base) {
        w.bool(v !== null);
        if (v === null) return;
        if (base !== null) elem.writeChanged(w, v, base);
        else elem.write(w, v);
      },
      readChanged(r, base) {
        if (!r.bool()) return null;
        return base !== null ? elem.readChanged(r, base) : elem.read(r);
      },
    },
  );
}
