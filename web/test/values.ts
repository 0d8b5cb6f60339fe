import assert from 'node:assert/strict';
import { BitReader, BitWriter } from '../src/sdk/bits';
import type { OwnedCodec } from '../src/sdk/schema';
import { hex, unhex } from './files';

/** A value and another that its difference is from, as bytes that Go wrote. */
export interface Case {
  type: string;
  owner: boolean;
  whole: string;
  base: string;
  delta: string;
  value?: unknown;
}

// Of the others, no method minds an argument too many.
type AnyCodec = Partial<OwnedCodec<unknown>> & Pick<OwnedCodec<unknown>, 'read' | 'write'>;

/** Reads every case with the codec of its name, and holds what that writes to the bytes that were read. */
export function checkCases(codecs: Record<string, unknown>, cases: readonly Case[]): void {
  for (const [i, c] of cases.entries()) {
    const codec = codecs[c.type] as AnyCodec | undefined;
    assert.ok(codec !== undefined, `no codec ${c.type}`);
    const what = `case ${i}, ${c.type}${c.owner ? ' of the owner' : ''}`;
    checkCase(codec, c, what);
    if (i % 10 === 0) checkPrefixes(codec, c, what);
  }
}

function checkCase(codec: AnyCodec, c: Case, what: string): void {
  const read = (bytes: string): unknown => taken(bytes, (r) => codec.read(r, c.owner), what);
  const written = (v: unknown): string => given((w) => codec.write(w, v, c.owner));
  const v = read(c.whole);
  const base = read(c.base);
  assert.equal(written(v), c.whole, `${what}, whole`);
  if (c.value !== undefined) alike(v, c.value, what);
  if (c.delta === '') return;
  const { writeDelta, readDelta } = codec;
  assert.ok(readDelta !== undefined, `${what} has no differences here`);
  // What is predicted only servers write.
  if (writeDelta !== undefined) assert.equal(given((w) => writeDelta(w, v, base, c.owner)), c.delta, `${what}, difference`);
  const next = taken(c.delta, (r) => readDelta.call(codec, r, base, c.owner), what);
  assert.equal(written(next), c.whole, `${what}, from its difference`);
  assert.equal(written(base), c.base, `${what}: its base was changed`);
}

/** Every truncated prefix must be refused. */
function checkPrefixes(codec: AnyCodec, c: Case, what: string): void {
  const bytes = unhex(c.whole);
  for (let n = 0; n < bytes.length; n++) {
    const r = new BitReader(bytes.subarray(0, n));
    codec.read(r, c.owner);
    assert.ok(!r.close(), `${what}: ${n} bytes of ${c.whole} were taken for all`);
  }
}

function taken<T>(bytes: string, read: (r: BitReader) => T, what: string): T {
  const r = new BitReader(unhex(bytes));
  const v = read(r);
  assert.ok(r.close(), `${what}: ${bytes} is refused`);
  return v;
}

function given(write: (w: BitWriter) => void): string {
  const w = new BitWriter();
  write(w);
  return hex(w.bytes());
}

/** Compares a value with Go's spelling of it; a float32 of Go's is the nearest to the number here. */
export function alike(got: unknown, want: unknown, what: string): void {
  if (typeof got === 'number' && typeof want === 'number') {
    assert.ok(got === want || Math.fround(got) === want, `${what}: got ${got}, want ${want}`);
  } else if (typeof got === 'bigint' || (typeof got === 'number' && typeof want === 'string')) {
    assert.equal(String(got), want, what);
  } else if (got instanceof Uint8Array) {
    assert.equal(hex(got), want, what);
  } else if (typeof got === 'object' && got !== null && typeof want === 'object' && want !== null) {
    assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), what);
    for (const [k, x] of Object.entries(got)) alike(x, (want as Record<string, unknown>)[k], `${what}.${k}`);
  } else {
    assert.equal(got, want, what);
  }
}
