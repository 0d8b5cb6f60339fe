// What Go wrote of things that move, in protocol/motion/testdata, is read alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitReader } from '../src/sdk/bits';
import { readMotion, type Body } from '../src/sdk/motion';
import { readRepo, unhex } from './files';

interface Vector {
  mins: number[] | null;
  maxs: number[] | null;
  top: number;
  base: Body;
  prior: Body;
  ahead: number;
  lag: number;
  bytes: string;
  now: Body;
  altered: boolean;
}

test('what moves is read as Go wrote it', () => {
  const vectors = JSON.parse(readRepo('protocol/motion/testdata/vectors.json')) as Vector[];
  assert.ok(vectors.length >= 700);
  for (const [i, v] of vectors.entries()) {
    const layout = { place: (v.mins ?? []).map((min, a) => ({ min, max: v.maxs?.[a] ?? 0 })), top: v.top };
    const bytes = unhex(v.bytes);
    const r = new BitReader(bytes);
    const got = readMotion(r, layout, v.base, v.prior, v);
    assert.ok(r.close(), `vector ${i}`);
    assert.deepEqual(got, { ...v.now, altered: v.altered }, `vector ${i}`);
  }
});
