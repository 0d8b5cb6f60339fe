// Draws a dressed map in chunks: a few meshes each, so that a frame costs a handful of draw calls however many tiles show.
import { Container, Mesh, MeshGeometry } from 'pixi.js';
import type { Art } from './art';
import type { Dressing } from './dress';
import { TILE } from './manifest';

/** Tiles along the side of a chunk. */
const CHUNK = 16;
/** Animated tiles run through this many pictures; sets with fewer repeat them back and forth. */
const PHASES = 4;

/** Quads collects tiles for one mesh. */
class Quads {
  private readonly positions: number[] = [];
  private readonly uvs: number[] = [];

  add(x: number, y: number, uv: readonly [number, number, number, number]): void {
    const l = x * TILE;
    const t = y * TILE;
    this.positions.push(l, t, l + TILE, t, l + TILE, t + TILE, l, t + TILE);
    this.uvs.push(uv[0], uv[1], uv[2], uv[1], uv[2], uv[3], uv[0], uv[3]);
  }

  mesh(art: Art): Mesh | null {
    const quads = this.positions.length / 8;
    if (quads === 0) return null;
    const indices = new Uint32Array(quads * 6);
    for (let q = 0; q < quads; q++) indices.set([0, 1, 2, 0, 2, 3].map((k) => k + q * 4), q * 6);
    const geometry = new MeshGeometry({ positions: new Float32Array(this.positions), uvs: new Float32Array(this.uvs), indices });
    return new Mesh({ geometry, texture: art.atlas });
  }
}

interface Chunk {
  x: number;
  y: number;
  ground: Container;
  overhead: Container;
  phases: Container[];
}

/** The picture of an animated set in a phase: 0 1 2 3, or 0 1 2 1 for sets of three. */
function phaseFrame(phase: number, frames: number): number {
  return frames === 3 && phase === 3 ? 1 : phase % frames;
}

export class Ground {
  /** below the figures */
  readonly under = new Container();
  /** above the figures */
  readonly over = new Container();
  private readonly chunks: Chunk[] = [];
  private phase = -1;

  constructor(art: Art, dressing: Dressing) {
    for (let y = 0; y < dressing.height; y += CHUNK) {
      for (let x = 0; x < dressing.width; x += CHUNK) this.chunks.push(buildChunk(art, dressing, x, y));
    }
    for (const c of this.chunks) {
      this.under.addChild(c.ground);
      this.over.addChild(c.overhead);
    }
    this.animate(0);
  }

  /** Shows the phase of all animated tiles. */
  animate(phase: number): void {
    if (phase === this.phase) return;
    this.phase = phase;
    for (const c of this.chunks) c.phases.forEach((p, i) => (p.visible = i % PHASES === phase % PHASES));
  }

  /** Draws only the chunks that the rectangle (px) touches. */
  cull(left: number, top: number, right: number, bottom: number): void {
    const side = CHUNK * TILE;
    for (const c of this.chunks) {
      const visible = c.x < right && c.y < bottom && c.x + side > left && c.y + side > top;
      c.ground.visible = visible;
      c.overhead.visible = visible;
    }
  }

  destroy(): void {
    this.under.destroy({ children: true });
    this.over.destroy({ children: true });
  }
}

function buildChunk(art: Art, dressing: Dressing, x0: number, y0: number): Chunk {
  const low = Array.from({ length: PHASES }, () => new Quads());
  const high = Array.from({ length: PHASES }, () => new Quads());
  const flat = new Quads();
  const over = new Quads();
  for (let y = y0; y < Math.min(y0 + CHUNK, dressing.height); y++) {
    for (let x = x0; x < Math.min(x0 + CHUNK, dressing.width); x++) {
      const cell = dressing.cells[y * dressing.width + x];
      if (!cell) continue;
      for (const [paints, quads] of [[cell.low, low], [cell.high, high]] as const) {
        for (const p of paints) quads.forEach((q, phase) => q.add(x, y, art.tileUv(p.tile + phaseFrame(phase, p.frames))));
      }
      for (const tile of cell.ground) flat.add(x, y, art.tileUv(tile));
      for (const tile of cell.overhead) over.add(x, y, art.tileUv(tile));
    }
  }
  const chunk: Chunk = { x: x0 * TILE, y: y0 * TILE, ground: new Container(), overhead: new Container(), phases: [] };
  const put = (quads: Quads, into: Container): void => {
    const mesh = quads.mesh(art);
    const holder = mesh ?? new Container();
    into.addChild(holder);
    if (quads !== flat && quads !== over) chunk.phases.push(holder);
  };
  low.forEach((q) => put(q, chunk.ground));
  put(flat, chunk.ground);
  high.forEach((q) => put(q, chunk.ground));
  put(over, chunk.overhead);
  return chunk;
}
