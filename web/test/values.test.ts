// protocol/internal/demo/testdata/values.json is written by the Go code: values of every type that a schema has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitReader, BitWriter } from '../src/sdk/bits';
import { counter, fixed, quat, ref, turn } from '../src/sdk/fields';
import { packQuat, steps, turnOf } from '../src/sdk/quantity';
import { readRepo, unhex } from './files';
import * as demo from './gen/demo';
import { checkCases, type Case } from './values';

const golden = JSON.parse(readRepo('protocol/internal/demo/testdata/values.json')) as { schema: string; cases: Case[] };

test('every type is read and written again', () => {
  assert.equal(demo.schema.hash, golden.schema);
  assert.ok(golden.cases.length > 100);
  checkCases(demo, golden.cases);
});

test('the place of an entity is in steps, and of a vector in space on the ground', () => {
  const crafts = golden.cases.filter((c) => c.type === 'Craft');
  assert.ok(crafts.length > 10);
  for (const c of crafts) {
    const craft = demo.Craft.read(new BitReader(unhex(c.whole)), c.owner);
    const { x, z } = craft.pose.position;
    assert.deepEqual(demo.Craft.position(craft), { x: Math.round(x * 100) + 0, y: Math.round(z * 100) + 0 });
  }
});

test('floats that are no steps', () => {
  const cases: [number, number][] = [
    [0, 0], [-0, 0], [0.0049, 0], [0.0051, 1], [0.125, 13], [-0.125, -12], [3.1, 300], [-1e300, -300],
    [Infinity, 300], [-Infinity, -300], [NaN, -300],
  ];
  for (const [v, want] of cases) assert.equal(steps(v, 1, 100, -300, 300), want, String(v));
  for (const v of [Infinity, -Infinity, NaN, -1e-20, -0]) assert.equal(turnOf(v, 8), 0, String(v));
  assert.equal(turnOf(-Math.PI / 2, 8), 192);
});

test('rotations that are none are the identity', () => {
  for (const q of [{ x: 0, y: 0, z: 0, w: 0 }, { x: NaN, y: 0, z: 0, w: 1 }, { x: 1e300, y: 0, z: 0, w: 0 }]) {
    assert.deepEqual(packQuat(q, 9), { largest: 3, parts: [255, 255, 255] });
  }
});

test('values that no writer writes are refused', () => {
  const refused = (write: (w: BitWriter) => void, read: (r: BitReader) => void): void => {
    const w = new BitWriter();
    write(w);
    const r = new BitReader(w.bytes());
    read(r);
    assert.ok(r.failed);
  };
  refused((w) => w.varuint(2 ** 32, 8), (r) => ref.read(r));
  refused((w) => (w.bool(true), w.varuint(9, 4)), (r) => counter(0, 9, 4).readDelta(r, 3));
  refused((w) => w.uint(6, 3), (r) => fixed(1, 1, 0, 5, 3, 0, 0).read(r));
  refused((w) => w.uint(2 ** 11 - 1, 11), (r) => quat(3, 0, 0).read(r));
  refused((w) => w.uint(0b01, 2), (r) => turn(16, 8, 12).readDelta(r, 0));
});
