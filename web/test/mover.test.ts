import assert from 'node:assert/strict';
import { test } from 'node:test';
import { step, type Grid, type MoveState } from '../src/sdk/mover';
import { readRepo } from './files';

interface Vectors {
  grids: Record<string, string[]>;
  cases: {
    name: string;
    grid: string;
    speed: number;
    tick_hz: number;
    half_w: number;
    half_h: number;
    start: [number, number, number];
    tick: number;
    steps: [number, number, number, number, number][];
  }[];
}

const vectors = JSON.parse(readRepo('zone/mover/testdata/vectors.json')) as Vectors;
assert.ok(vectors.cases.length > 10);

function rows(text: string[]): Grid {
  return { solid: (tx, ty) => (text[ty]?.[tx] ?? '#') === '#' };
}

for (const c of vectors.cases) {
  test(`as in Go: ${c.name}, ${c.tick_hz} Hz`, () => {
    const grid = rows(vectors.grids[c.grid] ?? []);
    const params = { speed: c.speed, tickHz: c.tick_hz, halfW: c.half_w, halfH: c.half_h };
    let state: MoveState = { x: c.start[0], y: c.start[1], facing: c.start[2] };
    assert.ok(c.steps.length > 0);
    c.steps.forEach(([inX, inY, x, y, facing], i) => {
      state = step(grid, state, { x: inX, y: inY }, params, (c.tick + i) % 2 ** 32);
      assert.deepEqual(state, { x, y, facing }, `step ${i}`);
    });
  });
}
