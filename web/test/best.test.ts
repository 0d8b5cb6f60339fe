// protocol/snapshot/testdata/best.json is written by the Go code: a talk in the best tier over a bad network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestReader } from '../src/sdk/best';
import { BitReader, BitWriter } from '../src/sdk/bits';
import { Replica } from '../src/sdk/replica';
import type { RowValue } from '../src/sdk/schema';
import { readHeader, TYPE_BEST } from '../src/sdk/snapshot';
import type { Layout } from '../src/sdk/best/layout';
import { Rows } from '../src/sdk/best/rows';
import { schema as bodies } from './gen/bodies';
import { schema as demo } from './gen/demo';
import { hex, readRepo, seeded, unhex } from './files';

interface Golden {
  schema: string;
  messages: { message: string; refused?: boolean; brought?: { id: number; state: string }[]; count: number }[];
}

const golden = JSON.parse(readRepo('protocol/snapshot/testdata/best.json')) as Golden;
const talk = golden.messages.map((m) => ({ ...m, bytes: unhex(m.message), tick: readHeader(new BitReader(unhex(m.message))).tick }));

/** Everything that a replica shows and acknowledges. */
function shown(r: Replica): unknown {
  return { ack: r.ack, sections: r.sections, all: r.all().map((e) => ({ id: e.id, own: e.own, tick: e.tick, state: e.state })) };
}

test('a talk in the best tier decodes to the same entities', () => {
  assert.equal(golden.schema, 'protocol/internal/bodies');
  const replica = new Replica(bodies, bestReader(bodies));
  const applied: number[] = [];
  for (const m of talk) {
    const before = shown(replica);
    const { refusal } = replica.apply(m.bytes);
    assert.equal(refusal !== null, m.refused === true, `snapshot ${m.tick}: ${refusal}`);
    if (refusal !== null) {
      assert.deepEqual(shown(replica), before, `refused snapshot ${m.tick} left something`);
      continue;
    }
    const brought = replica.all().filter((e) => e.tick === m.tick);
    const got = brought.map((e) => {
      const w = new BitWriter();
      e.codec.write(w, e.state, e.own);
      return { id: e.id, state: hex(w.bytes()) };
    });
    assert.deepEqual(got, m.brought ?? [], `snapshot ${m.tick}`);
    assert.equal(replica.all().length, m.count, `snapshot ${m.tick}`);
    const older = applied.reduce((bits, t) => (m.tick - t <= 32 ? bits | (1 << (m.tick - 1 - t)) : bits), 0) >>> 0;
    assert.deepEqual(replica.ack, { tick: m.tick, older });
    applied.push(m.tick);
  }
  assert.ok(replica.sections > 40, `${replica.sections} sections`);
  assert.equal(replica.desyncs, 0);
});

test('every truncated prefix of a snapshot is refused, and changes nothing', () => {
  const replica = new Replica(bodies, bestReader(bodies));
  let cut = 0;
  for (const m of talk) {
    if (m.bytes[0] === TYPE_BEST && replica.sections % 10 === 5) {
      cut++;
      const before = shown(replica);
      for (let n = 0; n < m.bytes.length; n++) {
        assert.notEqual(replica.apply(m.bytes.subarray(0, n)).refusal, null, `snapshot ${m.tick} cut to ${n} bytes was accepted`);
      }
      assert.notEqual(replica.apply(Uint8Array.of(...m.bytes, 0)).refusal, null);
      assert.deepEqual(shown(replica), before);
    }
    replica.apply(m.bytes);
  }
  assert.ok(cut > 2);
});

test('no flipped bit breaks a replica, and what is refused changes nothing', () => {
  const random = seeded(3);
  const refusals = new Map<string | null, number>();
  for (let round = 0; round < 60; round++) {
    const replica = new Replica(bodies, bestReader(bodies));
    for (const m of talk.slice(0, 40)) {
      const bytes = m.bytes.slice();
      const bit = Math.floor(random() * bytes.length * 8);
      if (random() < 0.3) bytes[bit >> 3]! ^= 1 << (bit & 7);
      const before = shown(replica);
      const { refusal } = replica.apply(bytes);
      refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
      if (refusal !== null) assert.deepEqual(shown(replica), before);
    }
  }
  for (const why of [null, 'malformed', 'baseline']) assert.ok((refusals.get(why) ?? 0) > 10, `${why}: ${refusals.get(why)}`);
});

test('a snapshot that names one that did not come is refused', () => {
  let missed = 0;
  for (const lost of talk.slice(5, 60)) {
    if (lost.refused) continue;
    const replica = new Replica(bodies, bestReader(bodies));
    const refusals = talk.filter((m) => m !== lost && m.tick < lost.tick + 10).map((m) => ({ m, refusal: replica.apply(m.bytes).refusal }));
    for (const { m, refusal } of refusals) {
      if (m.tick < lost.tick) continue;
      if (refusal === 'baseline') missed++;
      assert.ok(refusal === null || refusal === 'baseline', `without ${lost.tick}, snapshot ${m.tick}: ${refusal}`);
    }
  }
  assert.ok(missed > 50, `${missed} were refused`);
});

test('a client that did not ask for the best tier refuses its snapshots', () => {
  const replica = new Replica(bodies);
  const first = talk.find((m) => m.bytes[0] === TYPE_BEST);
  assert.ok(first !== undefined);
  for (const m of talk) if (m.tick < first.tick) assert.equal(replica.apply(m.bytes).refusal, null);
  assert.equal(replica.apply(first.bytes).refusal, 'malformed');
});

test('rows hold the values of a state', () => {
  let kinds = 0;
  for (const k of [...demo.kinds, ...bodies.kinds]) {
    if (k.best === undefined) continue;
    kinds++;
    const { layout } = k.best;
    const random = seeded(kinds);
    for (let round = 0; round < 50; round++) {
      const ends = layout.fields.map((f) => {
        const [lo, hi] = [Number(f.min), Number(f.max)];
        return [lo, hi, lo + Math.floor(random() * (hi - lo + 1))][Math.floor(random() * 3)]!;
      });
      // Rotations are of unit length, and have one form.
      const state = k.best.assign(k.create(), ends);
      const row: RowValue[] = k.best.values(state);
      assert.equal(row.length, layout.fields.length);
      for (const g of layout.groups) {
        if (g.class === 'rotation') continue;
        assert.deepEqual(row.slice(g.first, g.first + g.count), ends.slice(g.first, g.first + g.count), k.name);
      }
      assert.deepEqual(k.best.values(k.best.assign(k.create(), row)), row, k.name);
    }
  }
  assert.equal(kinds, 5);
});

test('rows are copied and compared whole, beyond what numbers hold too', () => {
  const layout: Layout = {
    fields: [{ min: 0, max: 9 }, { min: -(2n ** 63n), max: 2n ** 63n - 1n }],
    groups: [{ class: 'plain', first: 0, count: 2 }],
  };
  const a = new Rows(layout, 2);
  const b = new Rows(layout, 2);
  const row = [3, -(2n ** 62n) - 5n];
  a.setRow(1, row);
  assert.deepEqual(a.row(1), row);
  assert.deepEqual(a.row(0), [0, 0n]);
  assert.ok(a.sameRow(0, b) && !a.sameRow(1, b));
  b.copyRow(1, a, 1);
  assert.ok(a.sameRow(1, b));
  b.copyRow(0, a, 1);
  assert.deepEqual(b.row(0), row);
  b.setRow(1, [3, row[1] as bigint + 2n ** 32n]);
  assert.ok(!a.sameRow(1, b), 'high words count');
});
