import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BitReader, BitWriter } from '../src/sdk/bits';
import { hex, seeded } from './files';

test('the layout is that of protocol/bits', () => {
  const w = new BitWriter();
  w.uint(0b1, 1);
  w.uint(0b0101, 4);
  w.uint(0x1234, 16);
  w.word((1n << 63n) | 1n);
  assert.equal(hex(w.bytes()), '8b46220000000000000010');
});

type Op = { write(w: BitWriter): void; check(r: BitReader): void };

const texts = ['', 'a', 'Die Öde', '世界 🌍', '\ufeffmark', 'x'.repeat(60), 'é'.repeat(25), '🌍'.repeat(11)];

/** What a limit of 40 bytes leaves of a text: whole characters. */
function kept(text: string): string {
  let out = '';
  for (const c of text) {
    if (Buffer.byteLength(out + c) > 40) break;
    out += c;
  }
  return out;
}

function randomOp(random: () => number): Op {
  const pick = (lo: number, hi: number): number => lo + Math.floor(random() * (hi - lo + 1));
  const big = (bits: number): bigint => {
    let v = 0n;
    for (let i = 0; i < bits; i++) v = (v << 1n) | (random() < 0.5 ? 1n : 0n);
    return v;
  };
  const width = pick(2, 53);
  const lo = -(2 ** (width - 1));
  const hi = 2 ** (width - 1) - 1;
  const edge = (): number => [lo, hi, 0, -1, 1, lo + 1, hi - 1, Math.trunc((random() - 0.5) * 2 ** width)][pick(0, 7)] ?? 0;
  const small = pick(0, width - 1);
  const medium = Math.max(small, (small + width) >> 1);
  const v = Math.min(hi, Math.max(lo, edge())) + 0; // never -0
  const base = random() < 0.5 ? edge() : v + pick(-40, 40);
  const bigWidth = pick(2, 62);
  const bigLo = -(1n << BigInt(bigWidth - 1));
  const bigHi = -bigLo - 1n;
  const bv = BigInt.asIntN(bigWidth, big(bigWidth));
  const bb = BigInt.asIntN(bigWidth, random() < 0.5 ? big(bigWidth) : bv + BigInt(pick(-40, 40)));
  const bigSmall = pick(0, bigWidth - 1);
  const bigMedium = Math.max(bigSmall, (bigSmall + bigWidth) >> 1);
  const unsigned = v - lo;
  const word = big(64);
  const group = pick(1, 16);
  const text = texts[pick(0, texts.length - 1)] ?? '';
  const octets = Uint8Array.from({ length: pick(0, 30) }, () => pick(0, 255));
  const numbers = Array.from({ length: pick(0, 6) }, () => pick(0, 7));
  const ops: Op[] = [
    { write: (w) => w.uint(unsigned, width), check: (r) => assert.equal(r.uint(width), unsigned) },
    { write: (w) => w.bigUint(BigInt.asUintN(bigWidth, bv), bigWidth), check: (r) => assert.equal(r.bigUint(bigWidth), BigInt.asUintN(bigWidth, bv)) },
    { write: (w) => w.int(v, lo, hi, width), check: (r) => assert.equal(r.int(lo, hi, width), v) },
    { write: (w) => w.bigInt(bv, bigLo, bigHi, bigWidth), check: (r) => assert.equal(r.bigInt(bigLo, bigHi, bigWidth), bv) },
    { write: (w) => w.word(word), check: (r) => assert.equal(r.word(false), word) },
    { write: (w) => w.word(BigInt.asIntN(64, word)), check: (r) => assert.equal(r.word(true), BigInt.asIntN(64, word)) },
    { write: (w) => w.varuint(unsigned, group), check: (r) => assert.equal(r.varuint(group), unsigned) },
    {
      write: (w) => w.intDelta(v, base, lo, hi, width, small, medium),
      check: (r) => assert.equal(r.intDelta(base, lo, hi, width, small, medium), v),
    },
    {
      write: (w) => w.bigIntDelta(bv, bb, bigLo, bigHi, bigWidth, bigSmall, bigMedium),
      check: (r) => assert.equal(r.bigIntDelta(bb, bigLo, bigHi, bigWidth, bigSmall, bigMedium), bv),
    },
    { write: (w) => w.string(text, 40, 6), check: (r) => assert.equal(r.string(40, 6), kept(text)) },
    { write: (w) => w.octets(octets, 20, 5), check: (r) => assert.deepEqual(r.octets(20, 5), octets.slice(0, 20)) },
    {
      write: (w) => w.list(numbers, 4, 3, (n) => w.uint(n, 3)),
      check: (r) => assert.deepEqual(r.list(4, 3, () => r.uint(3)), numbers.slice(0, 4)),
    },
    { write: (w) => assert.equal(w.changed(v > 0), v > 0), check: (r) => assert.equal(r.bool(), v > 0) },
  ];
  return ops[pick(0, ops.length - 1)] as Op;
}

test('what is written is read', () => {
  const w = new BitWriter(16);
  for (let seed = 1; seed <= 400; seed++) {
    const random = seeded(seed);
    const ops = Array.from({ length: 40 }, () => randomOp(random));
    w.reset();
    for (const op of ops) op.write(w);
    const bytes = w.bytes().slice();
    assert.equal(bytes.length, Math.ceil(w.length / 8));
    const r = new BitReader(bytes);
    for (const op of ops) op.check(r);
    assert.ok(r.close(), `seed ${seed}: the stream did not end where it was written to end`);
    const short = new BitReader(bytes.subarray(0, bytes.length - 1));
    for (const op of ops) {
      try {
        op.check(short);
      } catch {
        break; // a failed reader gives zeros
      }
    }
    assert.ok(!short.close(), `seed ${seed}: a truncated stream was accepted`);
  }
});

test('values out of range are limited', () => {
  const w = new BitWriter();
  w.int(900, -5, 100, 7);
  w.int(-900, -5, 100, 7);
  w.intDelta(900, -900, -5, 100, 7, 0, 0);
  w.bigInt(1n << 62n, -1n, 1n << 60n, 61);
  const r = new BitReader(w.bytes());
  assert.equal(r.int(-5, 100, 7), 100);
  assert.equal(r.int(-5, 100, 7), -5);
  assert.equal(r.intDelta(-900, -5, 100, 7, 0, 0), 100);
  assert.equal(r.bigInt(-1n, 1n << 60n, 61), 1n << 60n);
  assert.ok(r.close());
});

const refusals: [string, number[], (r: BitReader) => unknown][] = [
  ['past the end', [1], (r) => r.uint(9)],
  ['past the end, wide', [1, 2, 3, 4], (r) => r.uint(33)],
  ['past the end, 64 bits', [1, 2, 3, 4, 5, 6, 7], (r) => r.word(false)],
  ['above the range', [7], (r) => r.int(0, 5, 3)],
  ['delta leaves the range', [0b1101], (r) => r.intDelta(0, 0, 100, 7, 2, 5)],
  ['bigint delta leaves the range', [0b1101], (r) => r.bigIntDelta(0n, 0n, 100n, 7, 2, 5)],
  ['varuint without end', Array(20).fill(0xff), (r) => r.varuint(7)],
  ['varuint in a second form', [0x81, 0], (r) => r.varuint(7)],
  ['varuint beyond what a number holds', [...Array(8).fill(0xff), 0x7f], (r) => r.varuint(7)],
  ['text longer than its maximum', [5, 97, 98, 99, 100, 101], (r) => r.string(4, 8)],
  ['text longer than the stream', [200, 97], (r) => r.string(255, 8)],
  ['text that is not UTF-8', [1, 0xff], (r) => r.string(4, 8)],
  ['an overlong form', [2, 0xc0, 0x80], (r) => r.string(4, 8)],
  ['half a surrogate pair', [3, 0xed, 0xa0, 0x80], (r) => r.string(4, 8)],
  ['list longer than its maximum', [5, 0, 0, 0, 0, 0], (r) => r.list(4, 8, () => r.uint(8))],
  ['list longer than the stream', [4, 0, 0], (r) => r.list(4, 8, () => r.uint(8))],
  ['set padding', [0xf1], (r) => r.uint(4)],
  ['a byte too many', [1, 0], (r) => r.uint(8)],
];
for (const [name, bytes, read] of refusals) {
  test(`refused: ${name}`, () => {
    const r = new BitReader(Uint8Array.from(bytes));
    read(r);
    assert.ok(!r.close());
  });
}

test('a failed reader gives zeros', () => {
  const r = new BitReader(new Uint8Array([0xff]));
  r.uint(9);
  assert.ok(r.failed);
  assert.equal(r.remaining, 0);
  assert.equal(r.uint(8), 0);
  assert.equal(r.bool(), false);
  assert.equal(r.string(4, 8), '');
});
