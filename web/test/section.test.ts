// Sections that a server writes rarely, or never: docs/wire.md#best-tier.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitReader, BitWriter } from '../src/sdk/bits';
import { BestCodec } from '../src/sdk/best/codec';
import { Replicated } from '../src/sdk/replicated';
import { BestSections } from '../src/sdk/best/section';
import type { BestSection } from '../src/sdk/tier';
import { Room, Window, type Bringing } from '../src/sdk/best/window';
import { Body, schema } from './gen/bodies';

const TICK = 200;
const SLOT = 5;
const codec = new BestCodec(Body.best!.layout);
const states = [0, 1, 2].map((x) => ({ pose: { ...Body.create().pose, x } }));

interface Written {
  ahead: number;
  lag: number;
  /** The row's x: that of the baseline is 1. */
  x: number;
  excluded: number[];
  forced: number[];
  /** How often the stream is there. */
  streams: number;
  kind: number;
  steady: boolean;
  records: number[];
}

/** What a client makes of a section that builds on the snapshots ahead, and ahead + lag, ticks before. */
function decode(part: Partial<Written>): BestSection | string {
  const s = { ahead: 2, lag: 3, x: 1, excluded: [], forced: [], streams: 1, kind: Body.kind, steady: true, records: [], ...part };
  const entity = new Replicated(9, schema.kinds.find((k) => k.kind === Body.kind)!, false);
  entity.push(TICK - s.ahead, states[1], 0);
  const tier = new BestSections(schema);
  const memory = new Map<number, Bringing>();
  for (let tick = TICK - s.ahead - s.lag; tick < TICK; tick++) {
    const moved = tick === TICK - s.ahead - s.lag ? states[0] : states[1];
    const brings = tick === TICK - s.ahead || tick === TICK - s.ahead - s.lag;
    const change = { slot: SLOT, entity, fresh: false, spawn: false, state: moved, base: 0, own: false };
    tier.remember(tick, null, brings ? [change] : []);
    const rows = codec.rows(1);
    rows.setRow(0, Body.best!.values(moved!));
    memory.set(tick, new Map(brings ? [[SLOT, { rows, at: 0, rest: 0 }]] : []));
  }
  const names = { ahead: s.ahead, lags: 1 | (1 << s.lag), steady: s.steady };
  const history = Window.open(memory, TICK - s.ahead, names)!.recall(codec, [SLOT], new Room());
  const rows = codec.rows(1);
  rows.setRow(0, Body.best!.values(states[s.x]!));
  const bytes = codec.encode(history, rows);
  const w = new BitWriter();
  for (const list of [s.excluded, s.forced]) {
    let next = 0;
    for (const slot of list) {
      w.bool(true);
      w.varuint(slot - next, 2);
      next = slot + 1;
    }
    w.bool(false);
  }
  for (let i = 0; i < s.streams; i++) {
    w.bool(true);
    w.uint(s.kind, 6);
    w.varuint(bytes.length, 6);
    for (const b of bytes) w.uint(b, 8);
  }
  w.bool(false);
  const r = new BitReader(w.bytes());
  const out = tier.decode(r, TICK, new Set(s.records), (slot) => (slot === SLOT ? entity : undefined));
  if (typeof out !== 'string') assert.ok(r.close());
  return out;
}

function accepted(part: Partial<Written>): { updates: number; rest: number } {
  const got = decode(part);
  assert.ok(typeof got !== 'string', `${JSON.stringify(part)}: ${String(got)}`);
  for (const u of got.updates) assert.deepEqual(u.state, states[part.x ?? 1]);
  return { updates: got.updates.length, rest: got.brought.get(SLOT)!.rest };
}

test('a row that moved is an update, one that did not is none unless it is forced', () => {
  assert.deepEqual(accepted({ x: 2 }), { updates: 1, rest: 0 });
  assert.deepEqual(accepted({ x: 1 }), { updates: 0, rest: 4 });
  assert.deepEqual(accepted({ x: 1, forced: [SLOT] }), { updates: 1, rest: 4 });
  assert.deepEqual(accepted({ x: 1, excluded: [2, 1023] }), { updates: 0, rest: 4 });
});

test('a section may build on snapshots of up to 62 ticks ago', () => {
  assert.deepEqual(accepted({ ahead: 47, lag: 15, x: 2 }), { updates: 1, rest: 0 });
  assert.deepEqual(accepted({ ahead: 47, lag: 15 }), { updates: 0, rest: 14 + 47 });
  assert.equal(decode({ ahead: 48, lag: 15 }), 'malformed');
});

test('refusals', () => {
  const refused: [string, Partial<Written>][] = [
    ['no stream', { streams: 0 }],
    ['two streams of a kind', { streams: 2 }],
    ['a kind without rows', { kind: 3 }],
    ['an unknown kind', { kind: 60 }],
    ['rows of another kind', { kind: 2 }],
    ['not steady', { steady: false }],
    ['forced, and it moved', { forced: [SLOT], x: 2 }],
    ['forced, and not in the section', { forced: [SLOT, 9] }],
    ['no rows: excluded', { excluded: [SLOT] }],
    ['no rows: it has a record', { records: [SLOT] }],
    ['a slot beyond the last', { excluded: [1024] }],
    ['a slot far beyond the last', { forced: [3, 2 ** 40] }],
  ];
  for (const [why, part] of refused) assert.equal(decode(part), 'malformed', why);
});
