// Measures what the predicting codec costs:
//   zstd -dk ../protocol/best/testdata/cubes_a.bin.zst -o /tmp/cubes_a.bin && npm run bench /tmp/cubes_a.bin
// Every packet is decoded and compared. Nothing here asserts a time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BestCodec } from '../src/sdk/best/codec';
import { MAX_LAG, MAX_REST, type History } from '../src/sdk/best/history';
import type { Layout } from '../src/sdk/best/layout';
import { Rows } from '../src/sdk/best/rows';
import { seeded } from './files';

const AHEAD = 6;

/** CubeLayout of protocol/internal/cubes. */
const cubes: Layout = {
  fields: [
    { min: 0, max: 3 }, { min: 0, max: 511 }, { min: 0, max: 511 }, { min: 0, max: 511 },
    { min: -(2 ** 31), max: 2 ** 31 - 1 }, { min: -(2 ** 31), max: 2 ** 31 - 1 }, { min: -(2 ** 31), max: 2 ** 31 - 1 },
    { min: 0, max: 1 },
  ],
  groups: [
    { class: 'rotation', first: 0, count: 4 },
    { class: 'motion', first: 4, count: 3, fall: -728, drag: 655, half: 102 },
    { class: 'plain', first: 7, count: 1, lapse: 100 },
  ],
};

/** People who walk on a plane: a place, where they look, what they do. */
const walkers: Layout = {
  fields: [{ min: 0, max: 131071 }, { min: 0, max: 131071 }, { min: 0, max: 255 }, { min: 0, max: 7 }],
  groups: [
    { class: 'motion', first: 0, count: 2, half: 64 },
    { class: 'plain', first: 2, count: 1 },
    { class: 'plain', first: 3, count: 1 },
  ],
};

/** Codes frame after frame, each against the ones up to AHEAD before it, all of which are acknowledged, and prints the cost. */
function run(name: string, layout: Layout, count: number, frames: number, fill: (rows: Rows, frame: number) => void): void {
  const [server, client] = [new BestCodec(layout), new BestCodec(layout)];
  const ring = Array.from({ length: MAX_LAG + AHEAD + 1 }, () => server.rows(count));
  const at = (frame: number): Rows => ring[frame % ring.length]!;
  const rest = new Uint8Array(count).fill(MAX_REST);
  const got = client.rows(count);
  let bytes = 0;
  let moving = 0;
  let encode = 0;
  const decode: number[] = [];
  for (let i = 0; i < frames; i++) {
    fill(at(i), i);
    if (i < AHEAD) continue;
    const base = i - AHEAD;
    if (base > 0) server.rested(rest, at(base - 1), at(base));
    const versions = Array.from({ length: Math.min(base, MAX_LAG) + 1 }, (_, lag) => ({ lag, rows: at(base - lag) }));
    const h: History = { ahead: AHEAD, steady: true, lags: 2 ** versions.length - 1, versions, rest };
    const began = performance.now();
    const msg = server.encode(h, at(i));
    const mid = performance.now();
    const ok = client.decode(msg, h, got);
    decode.push(performance.now() - mid);
    encode += mid - began;
    assert.ok(ok, `frame ${i}`);
    assert.deepEqual(got.values, at(i).values, `frame ${i}`);
    bytes += msg.length;
    for (const r of rest) if (r < 6) moving++;
  }
  const n = decode.length;
  const us = (ms: number): string => (ms * 1000).toFixed(0);
  const mean = decode.reduce((a, b) => a + b, 0) / n;
  decode.sort((a, b) => a - b);
  console.log(
    `BENCH ${name}: ${(bytes / n).toFixed(1)} bytes, ${(moving / n).toFixed(1)} moving, encode ${us(encode / n)} µs, ` +
      `decode ${us(mean)} µs (median ${us(decode[n >> 1]!)}, 99 % below ${us(decode[Math.floor(n * 0.99)]!)})`,
  );
}

/** Walkers who turn, stop and start now and then. */
function crowd(count: number): void {
  const random = seeded(count);
  const state = Array.from({ length: count }, () => ({ x: 40000 + random() * 20000, y: 40000 + random() * 20000, look: 0, speed: 0 }));
  run(`${count} walkers`, walkers, count, 2000, (rows) => {
    for (const [i, s] of state.entries()) {
      if (random() < 0.02) {
        s.look = Math.floor(random() * 256);
        s.speed = random() < 0.25 ? 0 : 70;
      }
      s.x += s.speed * Math.cos((s.look * Math.PI) / 128);
      s.y += s.speed * Math.sin((s.look * Math.PI) / 128);
      for (const [f, v] of [s.x, s.y, s.look, s.speed > 0 ? 1 : 0].entries()) rows.set(4 * i + f, Math.max(0, Math.min(f < 2 ? 131071 : 255, Math.round(v))));
    }
  });
}

for (const n of [10, 30, 100, 200]) crowd(n);
const trace = process.argv[2];
if (trace !== undefined) {
  const raw = readFileSync(trace);
  const frame = 901 * 8;
  const all = new Int32Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 4));
  run('901 cubes', cubes, 901, Math.floor(all.length / frame), (rows, i) => rows.values.set(all.subarray(i * frame, (i + 1) * frame)));
}
