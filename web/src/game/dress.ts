// Dresses a map: from bare tile numbers to what is painted, with variants, soft borders, animation and trees. Pure.
import { TILE, tiles } from './manifest';

/** The part of a map artefact that is drawn. */
export interface DrawableMap {
  name: string;
  title: string;
  width: number;
  height: number;
  layers: readonly { name: string; tiles: readonly number[] }[];
  portals: readonly { name: string; x: number; y: number; w: number; h: number }[];
}

/** Paint is one tile to be painted at a cell; with frames > 1, that many consecutive tiles in turn. */
export interface Paint {
  tile: number;
  frames: number;
}

/** Cell lists what is painted on one cell, each list in painting order. */
export interface Cell {
  /** animated, below everything: water, tall grass */
  low: Paint[];
  ground: number[];
  /** animated, above the ground */
  high: Paint[];
  overhead: number[];
}

export type TreeKind = 'oak' | 'apple-tree' | 'pine';

export interface Dressing {
  width: number;
  height: number;
  cells: Cell[];
  /** foot of the trunk, px */
  trees: { x: number; y: number; kind: TreeKind }[];
  /** archways over portals: middle of the foot, px */
  gates: { x: number; y: number }[];
  /** centre of the light, px */
  lights: { x: number; y: number; kind: 'portal' | 'fire' }[];
  /** walls and floors only: drawn dark, with lights */
  indoors: boolean;
}

const UNITS_PER_PX = 16;

const grassy = new Set([tiles.grass, tiles['grass-flowers'], tiles['grass-tall']]);
const bare = new Set([tiles.dirt, tiles.path, tiles.sand]);
const wet = new Set([tiles.water, tiles['deep-water'], tiles.bridge]);
const walls = new Set([tiles['stone-wall'], tiles['stone-wall-top'], tiles['dungeon-wall'], tiles['house-wall'], tiles.door]);
const solidRock = new Set([tiles['stone-wall'], tiles['stone-wall-top'], tiles['dungeon-wall']]);
const floors = new Set([tiles['stone-floor'], tiles['stone-floor-cracked'], tiles['dungeon-floor']]);

/** A small integer hash of a cell: variety that is the same for everybody. */
export function cellHash(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(seed, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

class Layer {
  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly data: readonly number[],
  ) {}

  /** Outside the map the nearest cell counts, so that no border is drawn along the map's edge. */
  at(x: number, y: number): number {
    const cx = Math.min(Math.max(x, 0), this.width - 1);
    const cy = Math.min(Math.max(y, 0), this.height - 1);
    return this.data[cy * this.width + cx] ?? 0;
  }
}

type Test = (x: number, y: number) => boolean;

const SIDES = [
  [0, -1, 1],
  [1, 0, 2],
  [0, 1, 4],
  [-1, 0, 8],
] as const;
const CORNERS = [
  [1, -1, 1 | 2],
  [1, 1, 2 | 4],
  [-1, 1, 4 | 8],
  [-1, -1, 8 | 1],
] as const;

function sidesWhere(x: number, y: number, differs: Test): number {
  let mask = 0;
  for (const [dx, dy, bit] of SIDES) if (differs(x + dx, y + dy)) mask |= bit;
  return mask;
}

/** The overlay tiles of an edge set at a cell: one for the sides, one for each corner that differs alone. */
function edges(first: number, x: number, y: number, differs: Test, out: number[]): void {
  const mask = sidesWhere(x, y, differs);
  if (mask !== 0) out.push(first + mask);
  CORNERS.forEach(([dx, dy, touching], i) => {
    if ((mask & touching) === 0 && differs(x + dx, y + dy)) out.push(first + 16 + i);
  });
}

class Dresser {
  private readonly terrain: Layer;
  private readonly decor: Layer;
  private readonly overhead: Layer;
  readonly trees: Dressing['trees'] = [];
  readonly lights: Dressing['lights'] = [];
  readonly gates: Dressing['gates'] = [];
  floorCells = 0;

  constructor(private readonly map: DrawableMap) {
    const layer = (name: string): Layer => new Layer(map.width, map.height, map.layers.find((l) => l.name === name)?.tiles ?? []);
    this.terrain = layer('terrain');
    this.decor = layer('decor');
    this.overhead = layer('overhead');
  }

  cell(x: number, y: number): Cell {
    const cell: Cell = { low: [], ground: [], high: [], overhead: [] };
    this.paintTerrain(x, y, cell);
    this.paintDecor(x, y, cell);
    this.paintShade(x, y, cell);
    const over = this.overhead.at(x, y);
    if (over !== 0 && over !== tiles['tree-top']) cell.overhead.push(this.roofed(this.overhead, x, y, over));
    return cell;
  }

  private paintTerrain(x: number, y: number, cell: Cell): void {
    const tile = this.terrain.at(x, y);
    const h = cellHash(x, y, 1);
    if (floors.has(tile) || walls.has(tile)) this.floorCells++;
    switch (tile) {
      case 0:
        return;
      case tiles.grass:
        cell.ground.push(tiles['grass-variants'] + (h % 5 < 2 ? 0 : h % 6));
        return;
      case tiles['grass-tall']:
        cell.low.push({ tile: tiles['grass-tall-frames'], frames: 3 });
        return;
      case tiles['grass-flowers']:
        cell.ground.push(tiles['grass-flowers-variants'] + (h % 4));
        return;
      case tiles.water:
        cell.low.push({ tile: tiles['water-frames'], frames: 4 });
        this.shore(x, y, cell);
        return;
      case tiles['deep-water']:
        cell.low.push({ tile: tiles['deep-water-frames'], frames: 4 });
        edges(tiles['shallow-edges'], x, y, (i, j) => this.terrain.at(i, j) !== tile && wet.has(this.terrain.at(i, j)), cell.ground);
        this.shore(x, y, cell);
        return;
      case tiles['dungeon-floor']:
        cell.ground.push(tiles['dungeon-floor-variants'] + (h % 9 === 0 ? 1 : h % 7 === 0 ? 2 : 0));
        return;
      case tiles['stone-floor']:
        cell.ground.push(tiles['stone-floor-variants'] + (h % 2));
        this.overgrow(x, y, cell);
        return;
      case tiles['stone-wall-top']:
      case tiles['dungeon-wall']:
        if (this.isCap(x, y)) cell.ground.push(tiles['dungeon-cap-masks'] + sidesWhere(x, y, (i, j) => !this.isCap(i, j)));
        else cell.ground.push(tile);
        return;
      default:
        cell.ground.push(tile === tiles.path ? tiles['path-variants'] + (h % 3) : tile);
        if (tile === tiles.dirt || tile === tiles.sand) edges(tiles['path-edges'], x, y, (i, j) => this.terrain.at(i, j) === tiles.path, cell.ground);
        if (bare.has(tile) || floors.has(tile)) this.overgrow(x, y, cell);
    }
  }

  /** Rock is seen from above, except where it looks south over open ground and shows its face. */
  private isCap(x: number, y: number): boolean {
    const tile = this.terrain.at(x, y);
    return tile === tiles['stone-wall-top'] || (tile === tiles['dungeon-wall'] && solidRock.has(this.terrain.at(x, y + 1)));
  }

  private overgrow(x: number, y: number, cell: Cell): void {
    edges(tiles['grass-edges'], x, y, (i, j) => grassy.has(this.terrain.at(i, j)), cell.ground);
  }

  private shore(x: number, y: number, cell: Cell): void {
    const dry: Test = (i, j) => !wet.has(this.terrain.at(i, j));
    let sandy = 0;
    for (let j = y - 1; j <= y + 1; j++) {
      for (let i = x - 1; i <= x + 1; i++) if (dry(i, j)) sandy += bare.has(this.terrain.at(i, j)) ? 1 : -1;
    }
    edges(sandy > 0 ? tiles['sand-shore-edges'] : tiles['shore-edges'], x, y, dry, cell.ground);
  }

  private paintDecor(x: number, y: number, cell: Cell): void {
    const tile = this.decor.at(x, y);
    switch (tile) {
      case 0:
        return;
      case tiles['tree-bottom']:
        this.plant(x, y);
        return;
      case tiles['tree-top']:
        return;
      case tiles.portal:
        if (this.inPortal(x, y)) return; // a gate stands here
        cell.high.push({ tile: tiles['portal-frames'], frames: 4 });
        return;
      case tiles.torch:
        cell.high.push({ tile: tiles['torch-frames'], frames: 4 });
        this.lights.push({ x: x * TILE + TILE / 2, y: y * TILE + 5, kind: 'fire' });
        return;
      default:
        cell.ground.push(this.roofed(this.decor, x, y, tile));
    }
  }

  /** House parts join their neighbours: roofs get ridges and eaves, walls get corner posts and, now and then, a window. */
  private roofed(layer: Layer, x: number, y: number, tile: number): number {
    if (tile === tiles['house-roof']) return tiles['house-roof-masks'] + sidesWhere(x, y, (i, j) => layer.at(i, j) !== tile);
    if (tile === tiles['house-wall']) {
      const mask = sidesWhere(x, y, (i, j) => layer.at(i, j) !== tile && layer.at(i, j) !== tiles.door);
      const beside = layer.at(x - 1, y) === tiles.door || layer.at(x + 1, y) === tiles.door;
      const window = (mask & 4) !== 0 && (mask & (2 | 8)) === 0 && (beside || x % 2 === 0);
      return (window ? tiles['house-window-masks'] : tiles['house-wall-masks']) + mask;
    }
    return tile;
  }

  private paintShade(x: number, y: number, cell: Cell): void {
    const wall: Test = (i, j) => walls.has(this.terrain.at(i, j)) || walls.has(this.decor.at(i, j));
    if (wall(x, y) || this.decor.at(x, y) === tiles['house-roof']) return;
    const mask = sidesWhere(x, y, wall) & (floors.has(this.terrain.at(x, y)) ? 1 | 2 | 8 : 1);
    if (mask !== 0) cell.ground.push(tiles['dusk-edges'] + mask);
  }

  private plant(x: number, y: number): void {
    // groves: coarse cells choose the mix, so that pines stand together
    const grove = cellHash(x >> 3, y >> 3, 7) % 100;
    const h = cellHash(x, y, 8) % 100;
    const kind: TreeKind = h < (grove < 40 ? 70 : 12) ? 'pine' : h > 93 ? 'apple-tree' : 'oak';
    const jitter = (cellHash(x, y, 9) % 5) - 2;
    this.trees.push({ x: x * TILE + TILE / 2 + jitter, y: y * TILE + TILE - 1, kind });
  }

  private inPortal(x: number, y: number): boolean {
    const ux = (x + 0.5) * TILE * UNITS_PER_PX;
    const uy = (y + 0.5) * TILE * UNITS_PER_PX;
    return this.map.portals.some((p) => ux >= p.x && uy >= p.y && ux < p.x + p.w && uy < p.y + p.h);
  }

  portals(): void {
    for (const p of this.map.portals) {
      const x = (p.x + p.w / 2) / UNITS_PER_PX;
      const y = (p.y + p.h) / UNITS_PER_PX;
      this.gates.push({ x, y });
      this.lights.push({ x, y: y - 18, kind: 'portal' });
    }
  }
}

export function dress(map: DrawableMap): Dressing {
  const dresser = new Dresser(map);
  const cells: Cell[] = [];
  for (let y = 0; y < map.height; y++) for (let x = 0; x < map.width; x++) cells.push(dresser.cell(x, y));
  dresser.portals();
  return {
    width: map.width,
    height: map.height,
    cells,
    trees: dresser.trees,
    gates: dresser.gates,
    lights: dresser.lights,
    indoors: dresser.floorCells > cells.length / 2,
  };
}
