// What the talk of best.test.ts hardly comes to: docs/wire.md#best-tier, "What is known of them".
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BestCodec } from '../src/sdk/best/codec';
import type { Names } from '../src/sdk/best/history';
import type { Layout } from '../src/sdk/best/layout';
import { Replicated } from '../src/sdk/replicated';
import { Room, Window, type Bringing, type Brought } from '../src/sdk/best/window';
import { schema } from './gen/bodies';

const range = { min: -100, max: 100 };
const layout: Layout = {
  fields: [range, range, range],
  groups: [{ class: 'motion', first: 0, count: 2 }, { class: 'plain', first: 2, count: 1 }],
};
const codec = new BestCodec(layout);

function row(values: number[], rest = 0): Brought {
  const rows = codec.rows(1);
  rows.setRow(0, values);
  return { rows, at: 0, rest };
}

const names = (...lags: number[]): Names => ({ ahead: 2, lags: lags.reduce((bits, l) => bits | (1 << l), 1), steady: true });

function recall(memory: Map<number, Bringing>, named: Names, slots: number[]): { rows: (number | bigint)[][]; rest: number[] } {
  const w = Window.open(memory, 100, named);
  assert.ok(w !== null);
  assert.deepEqual(w.slots(), slots);
  const h = w.recall(codec, slots, new Room());
  return { rows: h.versions.map((v) => [...v.rows.values]), rest: [...h.rest] };
}

test('a row is as the newest named snapshot at or before a lag brought it, or else as the oldest that did', () => {
  const memory = new Map<number, Bringing>([
    [100, new Map([[7, row([1, 1, 0])]])],
    [99, new Map([[7, row([9, 9, 9])], [3, row([9, 9, 9])]])], // not named
    [98, new Map([[3, row([5, 5, 5])]])],
    [96, new Map([[7, row([4, 4, 4])], [3, row([6, 6, 6])]])],
    [94, new Map()],
  ]);
  const got = recall(memory, names(2, 4, 6), [3, 7]);
  assert.deepEqual(got.rows, [
    [5, 5, 5, 1, 1, 0],
    [5, 5, 5, 4, 4, 4],
    [6, 6, 6, 4, 4, 4],
    [6, 6, 6, 4, 4, 4],
  ]);
});

test('a snapshot that is named and was not applied leaves no window', () => {
  const memory = new Map<number, Bringing>([[100, new Map()], [97, new Map()]]);
  assert.ok(Window.open(memory, 100, names(3)) !== null);
  assert.equal(Window.open(memory, 100, names(2, 3)), null);
  assert.equal(Window.open(memory, 99, names()), null);
  assert.equal(Window.open(memory, 4, names(4)), null);
});

test('the rest at the baseline', () => {
  const at = (lags: [lag: number, values: number[], rest?: number][]): number => {
    const memory = new Map<number, Bringing>([0, 3, 5, 9].map((l) => [100 - l, new Map()]));
    for (const [lag, values, rest] of lags) memory.get(100 - lag)!.set(1, row(values, rest));
    return recall(memory, names(3, 5, 9), [1]).rest[0]!;
  };
  assert.equal(at([[0, [1, 1, 0], 20]]), 20);
  assert.equal(at([[3, [1, 1, 0], 20]]), 23);
  assert.equal(at([[3, [1, 1, 0], 126]]), 127);
  assert.equal(at([[0, [1, 1, 0]], [3, [1, 1, 5], 9], [5, [1, 2, 0]], [9, [1, 1, 0]]]), 4, 'moved at lag 5; a plain field is no motion');
  assert.equal(at([[3, [1, 1, 0]], [9, [2, 1, 0]]]), 8);
  assert.equal(at([[0, [1, 1, 0]], [5, [1, 1, 0]]]), 5, 'the greatest lag that brought it');
  assert.equal(at([[3, [1, 1, 0]]]), 3);
});

test('the newest version that a named snapshot brought', () => {
  const e = new Replicated(1, schema.kinds[0]!, false);
  assert.equal(e.newestNamed(100, 0xffff), 0);
  for (const tick of [80, 90, 95, 101]) e.push(tick, null, 0);
  assert.equal(e.newestNamed(100, 0xffff), 95);
  assert.equal(e.newestNamed(100, 0b1 | (1 << 10)), 90);
  assert.equal(e.newestNamed(100, 0b11), 0);
  assert.equal(e.newestNamed(101, 0b1), 101);
  assert.equal(e.newestNamed(112, 0xffff), 101);
  assert.equal(e.newestNamed(130, 0xffff), 0);
});
