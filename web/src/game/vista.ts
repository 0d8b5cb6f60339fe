// The valley behind the title: a small map made up on the spot, drawn by the same code as the world.
import { TILE, tiles } from './manifest';
import { cellHash, type DrawableMap } from './dress';
import type { Figure } from './scene';
import type { Wardrobe } from './wardrobe';

const WIDTH = 64;
const HEIGHT = 44;

class Sketch {
  readonly terrain = new Array<number>(WIDTH * HEIGHT).fill(tiles.grass);
  readonly decor = new Array<number>(WIDTH * HEIGHT).fill(0);
  readonly overhead = new Array<number>(WIDTH * HEIGHT).fill(0);

  put(layer: number[], x: number, y: number, tile: number): void {
    if (x >= 0 && y >= 0 && x < WIDTH && y < HEIGHT) layer[y * WIDTH + x] = tile;
  }

  meadow(): void {
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const patch = cellHash(x >> 2, y >> 2, 21) % 100;
        const h = cellHash(x, y, 22) % 100;
        if (patch < 18 && h < 45) this.put(this.terrain, x, y, tiles['grass-flowers']);
        else if (patch > 84 && h < 50) this.put(this.terrain, x, y, tiles['grass-tall']);
        else if (h < 2) this.put(this.terrain, x, y, tiles['grass-flowers']);
      }
    }
  }

  lake(cx: number, cy: number, rx: number, ry: number): void {
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const d = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((cellHash(x >> 1, y >> 1, 23) % 10) - 5) / 60;
        if (d < 0.45) this.put(this.terrain, x, y, tiles['deep-water']);
        else if (d < 1) this.put(this.terrain, x, y, tiles.water);
        else if (d < 1.35) this.put(this.terrain, x, y, tiles.sand);
      }
    }
  }

  road(): void {
    for (let x = 0; x < WIDTH; x++) {
      const y = Math.round(25 + Math.sin(x / 7) * 2.4 + Math.sin(x / 3.1) * 0.6);
      for (const dy of [0, 1]) this.put(this.terrain, x, y + dy, tiles.path);
      if (x === 30) for (let up = 14; up < y; up++) for (const dx of [0, 1]) this.put(this.terrain, x + dx, up, tiles.path);
    }
  }

  house(x0: number, y0: number, w: number): void {
    for (let x = x0; x < x0 + w; x++) {
      for (let y = y0; y < y0 + 4; y++) this.put(this.decor, x, y, tiles['house-roof']);
      for (let y = y0 + 4; y < y0 + 5; y++) this.put(this.decor, x, y, tiles['house-wall']);
    }
    const door = x0 + (w >> 1);
    this.put(this.decor, door, y0 + 4, tiles.door);
    for (let y = y0 + 5; y < y0 + 9 && this.terrain[y * WIDTH + door] !== tiles.path; y++) this.put(this.terrain, door, y, tiles.path);
    this.put(this.decor, x0 - 1, y0 + 4, tiles.barrel);
    this.put(this.decor, x0 + w, y0 + 4, tiles.crate);
  }

  forest(): void {
    for (let y = 1; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const at = y * WIDTH + x;
        const ground = this.terrain[at];
        const free = this.decor[at] === 0 && (ground === tiles.grass || ground === tiles['grass-flowers']);
        if (!free) continue;
        const rim = Math.min(x, y, WIDTH - 1 - x, HEIGHT - 1 - y);
        const grove = cellHash(x >> 3, y >> 2, 24) % 100;
        const want = rim < 3 ? 60 : rim < 6 ? 25 : grove < 22 ? 20 : 3;
        const h = cellHash(x, y, 25) % 100;
        if (h < want) this.put(this.decor, x, y, tiles['tree-bottom']);
        else if (h > 98) this.put(this.decor, x, y, cellHash(x, y, 26) % 2 ? tiles.bush : tiles.rock);
      }
    }
  }
}

/** The map of the title screen. */
export function vista(): DrawableMap {
  const s = new Sketch();
  s.meadow();
  s.lake(46, 34, 11, 6);
  s.road();
  s.house(20, 17, 5);
  s.house(36, 14, 6);
  s.house(12, 29, 5);
  s.put(s.decor, 30, 13, tiles.portal);
  for (const [x, y] of [[28, 14], [33, 14], [28, 20], [33, 22]] as const) s.put(s.decor, x, y, tiles.torch);
  for (let x = 8; x < 18; x++) s.put(s.decor, x, 36, tiles['fence-h']);
  s.put(s.decor, 33, 27, tiles.sign);
  s.forest();
  return {
    name: 'title',
    title: '',
    width: WIDTH,
    height: HEIGHT,
    layers: [
      { name: 'terrain', tiles: s.terrain },
      { name: 'decor', tiles: s.decor },
      { name: 'overhead', tiles: s.overhead },
    ],
    portals: [{ name: 'title', x: 30 * 256, y: 13 * 256, w: 256, h: 256 }],
  };
}

/** Somebody to look at on the title screen: villagers on the road, slimes by the lake. */
export function vistaFigures(nowMs: number, wardrobe: Wardrobe): Figure[] {
  const t = nowMs / 1000;
  const stroll = (id: number, kind: 'villager' | 'villager-old', from: number, span: number, pace: number, lane: number): Figure => {
    const way = (t * pace + id * 61) % (span * 2);
    const along = way < span ? way : span * 2 - way;
    const x = (from + along) * TILE;
    const y = (25 + Math.sin((from + along) / 7) * 2.4 + lane) * TILE;
    return { id, own: false, tone: 'npc', x, y, look: { name: '', facing: way < span ? 2 : 1, strip: wardrobe.creature(kind), gait: 'walk', crown: 8 } };
  };
  const hop = (id: number, cx: number, cy: number): Figure => {
    const a = t / 3 + id;
    const look = { name: '', facing: Math.cos(a) > 0 ? 1 : 2, strip: wardrobe.creature('slime'), gait: 'hop', crown: 15 } as const;
    return { id, own: false, tone: 'npc', x: (cx + Math.cos(a) * 2) * TILE, y: (cy + Math.sin(a) * 1.2) * TILE, look };
  };
  return [stroll(1, 'villager', 16, 22, 2.1, 0.9), stroll(2, 'villager-old', 26, 20, 1.3, 1.4), hop(3, 27, 31), hop(4, 40, 23)];
}

/** Where the camera looks on the title screen, px: a slow drift. */
export function vistaFocus(nowMs: number, still: boolean): { x: number; y: number } {
  const a = still ? 0 : nowMs / 14000;
  return { x: (31 + Math.sin(a) * 4) * TILE, y: (22 + Math.cos(a * 1.3) * 2.5) * TILE };
}
