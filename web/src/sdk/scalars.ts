import { direct, flagged, same, type FieldCodec } from './fieldcodec';

/** One bit. */
export const bool: FieldCodec<boolean> = direct<boolean>({
  create: () => false,
  write: (w, v) => w.bool(v),
  read: (r) => r.bool(),
  equal: same,
  writeDelta: (w, v, base) => w.bool(v !== base),
  readDelta: (r, base) => base !== r.bool(),
});

/** An integer of lo to hi; T is an enum where it is one. */
export function int<T extends number = number>(lo: number, hi: number, width: number, small: number, medium: number): FieldCodec<T> {
  return direct<T>({
    create: () => Math.max(lo, Math.min(0, hi)) as T,
    write: (w, v) => w.int(v, lo, hi, width),
    read: (r) => r.int(lo, hi, width) as T,
    equal: same,
    writeDelta: (w, v, base) => w.intDelta(v, base, lo, hi, width, small, medium),
    readDelta: (r, base) => r.intDelta(base, lo, hi, width, small, medium) as T,
  });
}

/** {@link int} for ranges that a number does not hold. */
export function bigInt(lo: bigint, hi: bigint, width: number, small: number, medium: number): FieldCodec<bigint> {
  return direct<bigint>({
    create: () => (lo > 0n ? lo : hi < 0n ? hi : 0n),
    write: (w, v) => w.bigInt(v, lo, hi, width),
    read: (r) => r.bigInt(lo, hi, width),
    equal: same,
    writeDelta: (w, v, base) => w.bigIntDelta(v, base, lo, hi, width, small, medium),
    readDelta: (r, base) => r.bigIntDelta(base, lo, hi, width, small, medium),
  });
}

/** An integer that only counts up: its differences are steps forward. See docs/wire.md#counters. */
export function counter(lo: number, hi: number, width: number): FieldCodec<number> {
  const limit = (v: number): number => Math.max(lo, Math.min(hi, v));
  return direct<number>({
    create: () => limit(0),
    write: (w, v) => w.int(v, lo, hi, width),
    read: (r) => r.int(lo, hi, width),
    equal: same,
    writeDelta(w, v, base) {
      const d = limit(v) - limit(base);
      if (w.changed(d !== 0)) w.varuint((d < 0 ? d + (hi - lo) + 1 : d) - 1, 4);
    },
    readDelta(r, base) {
      const from = limit(base);
      if (!r.bool()) return from;
      const d = r.varuint(4);
      if (d >= hi - lo) {
        r.fail();
        return lo;
      }
      const room = hi - from;
      return d >= room ? lo + d - room : from + d + 1;
    },
  });
}

/** All 64 bits. */
export function word(signed: boolean): FieldCodec<bigint> {
  return flagged<bigint>({ create: () => 0n, write: (w, v) => w.word(v), read: (r) => r.word(signed), equal: same });
}

/** A text of at most maxLen bytes. */
export function string(maxLen: number, lenWidth: number): FieldCodec<string> {
  return flagged<string>({ create: () => '', write: (w, v) => w.string(v, maxLen, lenWidth), read: (r) => r.string(maxLen, lenWidth), equal: same });
}

/** At most maxLen bytes. */
export function octets(maxLen: number, lenWidth: number): FieldCodec<Uint8Array> {
  return flagged<Uint8Array>({
    create: () => new Uint8Array(0),
    write: (w, v) => w.octets(v, maxLen, lenWidth),
    read: (r) => r.octets(maxLen, lenWidth),
    equal: (a, b) => a.length === b.length && a.every((v, i) => v === b[i]),
  });
}

/** The id of an entity; 0 names none. */
export const ref: FieldCodec<number> = flagged<number>({
  create: () => 0,
  write: (w, v) => w.varuint(v, 8),
  read(r) {
    const id = r.varuint(8);
    if (id < 2 ** 32) return id;
    r.fail();
    return 0;
  },
  equal: same,
});
