// The built-in movement, bit for bit what zone/mover does in Go; zone/mover/testdata/vectors.json holds both to it.
// Integers only; every intermediate stays below 2^53, so that a double holds it exactly.

/** Position units along the side of a tile, and its logarithm. */
export const TILE_SHIFT = 8;
export const UNITS_PER_TILE = 1 << TILE_SHIFT;

/** The length of a full-speed input vector. A longer one moves nobody. */
export const MAX_INPUT = 127;

/** The four directions a walker looks in; the numbers are on the wire. */
export const FACING_DOWN = 0;
export const FACING_LEFT = 1;
export const FACING_RIGHT = 2;
export const FACING_UP = 3;

/** Tells which tiles are solid. Everything outside the map must be. */
export interface Grid {
  solid(tx: number, ty: number): boolean;
}

/** A direction as a vector of two int8, of length 0 to MAX_INPUT. */
export interface MoveInput {
  x: number;
  y: number;
}

/** The centre of the box in position units, y down, and where the walker looks. */
export interface MoveState {
  x: number;
  y: number;
  facing: number;
}

/** One kind of walker in one zone. */
export interface MoveParams {
  /** Position units per second at full input. */
  speed: number;
  tickHz: number;
  /** Half the size of the box, in position units. */
  halfW: number;
  halfH: number;
}

/**
 * How far one axis moves in the given tick when nothing is in the way. The shares of consecutive ticks add up to
 * speed × time with no remainder lost; the sequence repeats, which is why the tick can be reduced.
 */
export function displacement(p: MoveParams, axis: number, tick: number): number {
  const d = MAX_INPUT * p.tickHz;
  const v = axis * p.speed;
  const t = tick % d;
  return (Math.trunc((v * (t + 1)) / d) - Math.trunc((v * t) / d)) | 0;
}

/**
 * Moves a walker by one tick; tick is the number of the tick that the input belongs to. The box slides along what it
 * hits, x before y, and never enters a solid tile that it did not already overlap. An invalid input counts as none.
 */
export function step(g: Grid, s: MoveState, input: MoveInput, p: MoveParams, tick: number): MoveState {
  if (input.x * input.x + input.y * input.y > MAX_INPUT * MAX_INPUT) return s;
  const facing = face(s.facing, input);
  const x = s.x + sweepX(g, s.x, s.y, p, displacement(p, input.x, tick));
  const y = s.y + sweepY(g, x, s.y, p, displacement(p, input.y, tick));
  return { x, y, facing };
}

/** Turns towards the longer part of the input; an exact diagonal keeps a facing that fits one of its parts. */
function face(now: number, input: MoveInput): number {
  if (input.x === 0 && input.y === 0) return now;
  const horizontal = input.x < 0 ? FACING_LEFT : FACING_RIGHT;
  const vertical = input.y < 0 ? FACING_UP : FACING_DOWN;
  const ax = Math.abs(input.x);
  const ay = Math.abs(input.y);
  if (ax > ay) return horizontal;
  if (ay > ax || now === vertical) return vertical;
  return horizontal;
}

/**
 * How much of dx is free. The box covers [x−halfW, x+halfW) × [y−halfH, y+halfH); only columns that it newly enters are
 * looked at, one after the other.
 */
function sweepX(g: Grid, x: number, y: number, p: MoveParams, dx: number): number {
  const top = (y - p.halfH) >> TILE_SHIFT;
  const bottom = (y + p.halfH - 1) >> TILE_SHIFT;
  if (dx > 0) {
    const edge = x + p.halfW;
    const last = (edge + dx - 1) >> TILE_SHIFT;
    for (let tx = ((edge - 1) >> TILE_SHIFT) + 1; tx <= last; tx++) {
      if (columnSolid(g, tx, top, bottom)) return (tx << TILE_SHIFT) - edge;
    }
  } else if (dx < 0) {
    const edge = x - p.halfW;
    const last = (edge + dx) >> TILE_SHIFT;
    for (let tx = (edge >> TILE_SHIFT) - 1; tx >= last; tx--) {
      if (columnSolid(g, tx, top, bottom)) return ((tx + 1) << TILE_SHIFT) - edge;
    }
  }
  return dx;
}

/** sweepX for the other axis. */
function sweepY(g: Grid, x: number, y: number, p: MoveParams, dy: number): number {
  const left = (x - p.halfW) >> TILE_SHIFT;
  const right = (x + p.halfW - 1) >> TILE_SHIFT;
  if (dy > 0) {
    const edge = y + p.halfH;
    const last = (edge + dy - 1) >> TILE_SHIFT;
    for (let ty = ((edge - 1) >> TILE_SHIFT) + 1; ty <= last; ty++) {
      if (rowSolid(g, ty, left, right)) return (ty << TILE_SHIFT) - edge;
    }
  } else if (dy < 0) {
    const edge = y - p.halfH;
    const last = (edge + dy) >> TILE_SHIFT;
    for (let ty = (edge >> TILE_SHIFT) - 1; ty >= last; ty--) {
      if (rowSolid(g, ty, left, right)) return ((ty + 1) << TILE_SHIFT) - edge;
    }
  }
  return dy;
}

function columnSolid(g: Grid, tx: number, top: number, bottom: number): boolean {
  for (let ty = top; ty <= bottom; ty++) if (g.solid(tx, ty)) return true;
  return false;
}

function rowSolid(g: Grid, ty: number, left: number, right: number): boolean {
  for (let tx = left; tx <= right; tx++) if (g.solid(tx, ty)) return true;
  return false;
}
