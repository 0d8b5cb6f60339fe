// protocol/snapshot/testdata/golden.json is written by the Go code; every client decodes and re-encodes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitWriter } from '../src/sdk/bits';
import { crc32 } from '../src/sdk/crc32';
import { readInputs, writeInputs, type InputHeader } from '../src/sdk/inputs';
import { decodeMessage, encodeMessage } from '../src/sdk/message';
import { Replica } from '../src/sdk/replica';
import type { MessageCodec } from '../src/sdk/schema';
import { readHeader, writeHeader, type SnapshotHeader } from '../src/sdk/snapshot';
import { BitReader } from '../src/sdk/bits';
import { schema as system } from '../src/sdk/gen/message';
import { Input, schema as demo } from './gen/demo';
import { hex, readRepo, unhex } from './files';

interface GoHeader {
  tick: number;
  verify: boolean;
  hasEcho: boolean;
  echo: number;
  holdMs: number;
  lead: number;
  starved: boolean;
  tickHz: number;
}

interface Golden {
  schema: string;
  messages: { name: string; bytes: string; value: unknown }[];
  refused: { name: string; why: string; bytes: string }[];
  inputs: { header: Omit<InputHeader, 'view'> & { view: { tick: number; fraction: number } }; inputs: unknown[]; bytes: string }[];
  snapshots: {
    bytes: string;
    header: GoHeader;
    entities: { id: number; own: boolean; kind: string; tick: number; state: unknown }[];
    ackTick: number;
    ackOlder: number;
  }[];
  cases: { name: string; steps: Step[] }[];
  refusedInputs: { why: string; bytes: string }[];
}

/** A snapshot written bit by bit, and what becomes of it: refused is a reason, or empty. */
interface Step {
  what: string;
  bytes: string;
  refused: string;
  ackTick: number;
  ackOlder: number;
  entities: unknown[];
}

const golden = JSON.parse(readRepo('protocol/snapshot/testdata/golden.json')) as Golden;

/** A decoded value as the golden file spells it: bytes as hex, bigints as decimal text. */
function plain(v: unknown): unknown {
  if (typeof v === 'bigint') return v.toString();
  if (v instanceof Uint8Array) return hex(v);
  if (Array.isArray(v)) return v.map(plain);
  if (typeof v === 'object' && v !== null) return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)]));
  return v;
}

/** The golden spelling has text for every Go int64 and uint64, whatever its range; ours has numbers up to 53 bits. */
function spelled(v: unknown, like: unknown): unknown {
  if (typeof v === 'number' && typeof like === 'string') return String(v);
  if (Array.isArray(v) && Array.isArray(like)) return v.map((x, i) => spelled(x, like[i]));
  if (typeof v === 'object' && v !== null && typeof like === 'object' && like !== null) {
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, spelled(x, (like as Record<string, unknown>)[k])]));
  }
  return v;
}

function same(got: unknown, want: unknown, what: string): void {
  assert.deepEqual(spelled(plain(got), want), want, what);
}

function codecNamed(name: string): MessageCodec<unknown> {
  const codec = [...system.messages, ...demo.messages].find((m) => m.name === name);
  assert.ok(codec !== undefined, `no message ${name}`);
  return codec;
}

test('the schema is the one that the vectors were written with', () => {
  assert.equal(demo.hash, golden.schema.padStart(16, '0'));
});

test('messages', () => {
  assert.ok(golden.messages.length > 5);
  for (const m of golden.messages) {
    const codec = codecNamed(m.name);
    const bytes = unhex(m.bytes);
    const v = decodeMessage(codec, bytes);
    assert.notEqual(v, null, `${m.name} was refused`);
    same(v, m.value, m.name);
    assert.equal(hex(encodeMessage(codec, v)), m.bytes, `${m.name}, written again`);
    for (let n = 0; n < bytes.length; n++) {
      assert.equal(decodeMessage(codec, bytes.subarray(0, n)), null, `${m.name} cut to ${n} bytes was accepted`);
    }
  }
});

test('refusals', () => {
  assert.ok(golden.refused.length > 5);
  for (const m of golden.refused) {
    assert.equal(decodeMessage(codecNamed(m.name), unhex(m.bytes)), null, `accepted: ${m.name}, ${m.why}`);
  }
});

test('input packets', () => {
  assert.ok(golden.inputs.length > 0);
  for (const p of golden.inputs) {
    const got = readInputs(unhex(p.bytes), Input);
    assert.ok(got !== null);
    const { view } = p.header;
    assert.deepEqual(got.header, { ...p.header, view: view.tick + view.fraction / 32 });
    same(got.inputs, p.inputs, 'inputs');
    assert.equal(hex(writeInputs(new BitWriter(), Input, got.header, got.inputs)), p.bytes);
  }
});

test('a view that a packet cannot say is said as the nearest that it can', () => {
  const says = (newest: number, view: number): number | undefined => {
    const header = { ackTick: 1, ackOlder: 0, clientTime: 0, newest, view };
    return readInputs(writeInputs(new BitWriter(), Input, header, [Input.create()]), Input)?.header.view;
  };
  for (const [newest, view, want] of [
    [1000, 0, 0], [1000, 990.25, 990.25], [1000, 990.01, 990], [1000, 1000, 1000], [1000, 1003.5, 1000], [1000, 2 ** 40, 1000],
    [1000, 872 + 1 / 32, 872 + 1 / 32], [1000, 872, 872 + 1 / 32], [1000, 1, 872 + 1 / 32], [2 ** 32 - 1, 2 ** 32 - 1 - 1 / 32, 2 ** 32 - 1 - 1 / 32],
  ] as const) {
    assert.equal(says(newest, view), want, `newest ${newest}, view ${view}`);
  }
});

function goHeader(h: SnapshotHeader): GoHeader {
  return {
    tick: h.tick, verify: h.verify, hasEcho: h.echo !== null, echo: h.echo ?? 0, holdMs: h.holdMs,
    lead: h.lead, starved: h.starved, tickHz: h.tickHz,
  };
}

test('a stream of snapshots decodes to the same entities, and every refused copy changes nothing', () => {
  assert.ok(golden.snapshots.length > 40);
  const replica = new Replica(demo);
  const seen: number[] = [];
  for (const [i, s] of golden.snapshots.entries()) {
    const bytes = unhex(s.bytes);
    if (i % 10 === 0) {
      for (let n = 0; n < bytes.length; n++) {
        assert.notEqual(replica.apply(bytes.subarray(0, n)).refusal, null, `snapshot ${s.header.tick} cut to ${n} bytes was accepted`);
      }
    }
    const { header, refusal } = replica.apply(bytes);
    assert.equal(refusal, null, `snapshot ${s.header.tick}`);
    assert.deepEqual(goHeader(header), s.header);
    const got = replica.all().map((e) => ({ id: e.id, own: e.own, kind: e.codec.name, tick: e.tick, state: e.state }));
    same(got, s.entities ?? [], `entities of tick ${s.header.tick}`);
    seen.push(s.header.tick);
    // The file leaves out some snapshots at rest that its writer applied; only those in it are acknowledged here.
    const listed = seen.reduce((bits, t) => (t < s.header.tick && s.header.tick - t <= 32 ? bits | (1 << (s.header.tick - 1 - t)) : bits), 0);
    assert.deepEqual(replica.ack, { tick: s.ackTick, older: (s.ackOlder & listed) >>> 0 });
    assert.equal(replica.apply(bytes).refusal, 'stale');
    const w = new BitWriter();
    writeHeader(w, header);
    assert.deepEqual(goHeader(readHeader(new BitReader(w.bytes()))), s.header);
  }
  assert.equal(replica.desyncs, 0);
  assert.ok(replica.checked > 0 || !golden.snapshots.some((s) => s.header.verify));
});

test('what no encoder writes of itself, and what is refused, for its reason', () => {
  assert.ok(golden.cases.length > 5);
  for (const c of golden.cases) {
    const replica = new Replica(demo);
    for (const step of c.steps) {
      const what = `${c.name}: ${step.what}`;
      assert.equal(replica.apply(unhex(step.bytes)).refusal ?? '', step.refused, what);
      assert.deepEqual(replica.ack, { tick: step.ackTick, older: step.ackOlder }, what);
      const got = replica.all().map((e) => ({ id: e.id, own: e.own, kind: e.codec.name, tick: e.tick, state: e.state }));
      same(got, step.entities, what);
    }
  }
});

test('input packets that are refused', () => {
  assert.ok(golden.refusedInputs.length > 20);
  for (const p of golden.refusedInputs) assert.equal(readInputs(unhex(p.bytes), Input), null, `accepted: ${p.why}, ${p.bytes}`);
});

test('CRC-32', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
});
