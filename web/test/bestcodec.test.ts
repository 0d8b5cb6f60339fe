// protocol/best/testdata/golden.json is written by the Go code; every client decodes and re-encodes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BestCodec } from '../src/sdk/best/codec';
import type { History } from '../src/sdk/best/history';
import type { Layout } from '../src/sdk/best/layout';
import { Rows } from '../src/sdk/best/rows';
import { hex, readRepo, seeded, unhex } from './files';

/** Text: beyond what numbers hold. */
type Integer = number | string;

interface Packet {
  layout: string;
  count: number;
  ahead: number;
  steady: boolean;
  lags: number[];
  past: Integer[][];
  rest: number[];
  restOf: number[];
  rows: Integer[];
  bytes: string;
}

interface Golden {
  layouts: Record<string, { fields: [Integer, Integer][]; groups: Layout['groups'] }>;
  packets: Packet[];
  refused: { why: string; packet: number; bytes: string; names: boolean }[];
}

const golden = JSON.parse(readRepo('protocol/best/testdata/golden.json')) as Golden;

const integer = (v: Integer): number | bigint => (typeof v === 'string' ? BigInt(v) : v);

const codecs = new Map(
  Object.entries(golden.layouts).map(([name, l]) => {
    const fields = l.fields.map(([min, max]) => ({ min: integer(min), max: integer(max) }));
    return [name, new BestCodec({ fields, groups: l.groups })];
  }),
);

function codecOf(p: Packet): BestCodec {
  const c = codecs.get(p.layout);
  assert.ok(c !== undefined);
  return c;
}

/** Rows that differ by so much from others; differences wrap at 64 bits. */
function sum(codec: BestCodec, by: Integer[], from: Rows | null, count: number): Rows {
  const out = codec.rows(count);
  for (const [i, d] of by.entries()) out.set(i, BigInt.asIntN(64, BigInt(d) + BigInt(from?.get(i) ?? 0)));
  return out;
}

function historyOf(p: Packet): { h: History; rows: Rows } {
  const codec = codecOf(p);
  const versions: { lag: number; rows: Rows }[] = [];
  let lags = 0;
  for (const [i, lag] of p.lags.entries()) {
    lags |= 1 << lag;
    versions.push({ lag, rows: sum(codec, p.past[i]!, versions[i - 1]?.rows ?? null, p.count) });
  }
  const h = { ahead: p.ahead, steady: p.steady, lags, versions, rest: Uint8Array.from(p.rest) };
  return { h, rows: sum(codec, p.rows, versions[0]!.rows, p.count) };
}

function same(got: Rows, want: Rows, what: string): void {
  assert.deepEqual([...got.values], [...want.values], what);
  assert.deepEqual([...got.high], [...want.high], what);
}

test('packets decode to the same rows and encode to the same bytes', () => {
  assert.ok(golden.packets.length > 40);
  for (const [i, p] of golden.packets.entries()) {
    const codec = codecOf(p);
    const { h, rows } = historyOf(p);
    const bytes = unhex(p.bytes);
    const what = `packet ${i}, ${p.layout} of ${p.count}`;
    assert.deepEqual(codec.names(bytes), { ahead: p.ahead, lags: h.lags, steady: p.steady }, what);
    const got = codec.rows(p.count);
    assert.ok(codec.decode(bytes, h, got), what);
    same(got, rows, what);
    assert.equal(hex(codec.encode(h, rows)), p.bytes, what);
    const rest = new Uint8Array(p.count);
    codec.restOf(rest, h.versions);
    assert.deepEqual([...rest], p.restOf, what);
  }
});

test('refusals', () => {
  assert.ok(golden.refused.length > 100);
  for (const r of golden.refused) {
    const p = golden.packets[r.packet]!;
    const { h } = historyOf(p);
    assert.equal(codecOf(p).names(unhex(r.bytes)) !== null, r.names, `names: ${r.why}, packet ${r.packet}`);
    assert.equal(codecOf(p).decode(unhex(r.bytes), h, codecOf(p).rows(p.count)), false, `accepted: ${r.why}, packet ${r.packet}`);
  }
});

test('histories that break their contract throw', () => {
  const p = golden.packets.find((q) => q.count === 7 && q.lags.length > 3)!;
  const { h, rows } = historyOf(p);
  const spoilt: [RegExp, Partial<History>][] = [
    [/ticks behind/, { ahead: 0 }],
    [/ticks behind/, { ahead: 128 }],
    [/ticks behind/, { lags: h.lags & ~1 }],
    [/have no version/, { versions: h.versions.slice(0, 1) }],
    [/by rising lag/, { versions: h.versions.slice().reverse() }],
    [/by rising lag/, { versions: [...h.versions, { lag: 15, rows }] }],
    [/6 rests/, { rest: h.rest.slice(1) }],
    [/values, not/, { versions: [{ lag: 0, rows: codecOf(p).rows(1) }, ...h.versions.slice(1)] }],
  ];
  for (const [why, change] of spoilt) {
    assert.throws(() => codecOf(p).encode({ ...h, ...change }, rows), why);
    assert.throws(() => codecOf(p).decode(unhex(p.bytes), { ...h, ...change }, rows), why);
  }
});

test('layouts that break their rules throw', () => {
  const motion = { class: 'motion', first: 0, count: 2 } as const;
  const far = { min: -5, max: 5 };
  const refused: [RegExp, Layout][] = [
    [/in 0 groups/, { fields: [], groups: [] }],
    [/without gaps/, { fields: [far, far], groups: [{ class: 'plain', first: 1, count: 1 }] }],
    [/cover 1 of 2/, { fields: [far, far], groups: [{ class: 'plain', first: 0, count: 1 }] }],
    [/2 or 3 fields/, { fields: [far], groups: [{ class: 'motion', first: 0, count: 1 }] }],
    [/one motion/, { fields: [far, far, far, far], groups: [motion, { ...motion, first: 2 }] }],
    [/out of range/, { fields: [far, far], groups: [{ ...motion, half: 65537 }] }],
    [/a field of/, { fields: [far, { min: 0, max: 2 ** 41 }], groups: [motion] }],
    [/index 0 to 3/, { fields: [far, far, far, far], groups: [{ class: 'rotation', first: 0, count: 4 }] }],
  ];
  for (const [why, layout] of refused) assert.throws(() => new BestCodec(layout), why);
});

test('no bytes break the decoder, nor leave a value out of its range', () => {
  const random = seeded(7);
  let accepted = 0;
  for (let round = 0; round < 3000; round++) {
    const p = golden.packets[Math.floor(random() * golden.packets.length)]!;
    const codec = codecOf(p);
    const { h } = historyOf(p);
    const bytes = unhex(p.bytes);
    for (let n = 0; n < 3; n++) if (bytes.length > 4) bytes[4 + Math.floor(random() * (bytes.length - 4))] = Math.floor(random() * 256);
    const rows = codec.rows(p.count);
    if (!codec.decode(bytes, h, rows)) continue;
    accepted++;
    for (let i = 0; i < rows.count * codec.layout.fields.length; i++) {
      const f = codec.layout.fields[i % codec.layout.fields.length]!;
      assert.ok(rows.get(i) >= f.min && rows.get(i) <= f.max, `value ${i} is ${rows.get(i)}`);
    }
  }
  assert.ok(accepted > 0);
});
