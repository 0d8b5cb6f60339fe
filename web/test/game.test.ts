import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dress, type DrawableMap } from '../src/game/dress';
import { cellOf, coloursOf, composePlayer, FRAME_H, FRAME_W } from '../src/game/figure';
import { COLUMNS, figures, sprites, tiles } from '../src/game/manifest';
import { vista } from '../src/game/vista';
import { readRepo } from './files';

/** A map of one letter a cell: g grass, p path, w water, b bridge, s sand, # rock, _ floor; decor: t tree, o portal. */
function sketch(rows: string[], decor: string[] = [], portals: DrawableMap['portals'] = []): DrawableMap {
  const letters: Record<string, number> = {
    g: tiles.grass, p: tiles.path, w: tiles.water, b: tiles.bridge, s: tiles.sand, '#': tiles['dungeon-wall'], _: tiles['dungeon-floor'],
    t: tiles['tree-bottom'], o: tiles.portal, '.': 0,
  };
  const layer = (name: string, lines: string[]): { name: string; tiles: number[] } => ({ name, tiles: [...lines.join('')].map((c) => letters[c] ?? 0) });
  return { name: 'test', title: '', width: rows[0]?.length ?? 0, height: rows.length, layers: [layer('terrain', rows), layer('decor', decor)], portals };
}

test('grass grows over the edges of a path, by neighbour', () => {
  const { cells } = dress(sketch(['ggg', 'ppp', 'ppp']));
  assert.deepEqual(cells[4]?.ground.slice(1), [tiles['grass-edges'] + 1]);
  assert.equal(cells[7]?.ground.length, 1, 'no border along the edge of the map');
});

test('a neighbour that differs only diagonally takes a corner', () => {
  const { cells } = dress(sketch(['ppg', 'ppp', 'ppp']));
  assert.deepEqual(cells[4]?.ground.slice(1), [tiles['grass-edges'] + 16]);
});

test('water has a shore towards land, sandy by sand, and none under a bridge', () => {
  assert.deepEqual(dress(sketch(['ggg', 'www', 'www'])).cells[4]?.ground, [tiles['shore-edges'] + 1]);
  assert.deepEqual(dress(sketch(['sss', 'www', 'www'])).cells[4]?.ground, [tiles['sand-shore-edges'] + 1]);
  assert.deepEqual(dress(sketch(['bbb', 'www', 'www'])).cells[4]?.ground, []);
});

test('rock shows its face where it looks south over a floor, and its top elsewhere', () => {
  const { cells, indoors } = dress(sketch(['###', '###', '___']));
  assert.equal(cells[4]?.ground[0], tiles['dungeon-wall']);
  assert.equal(cells[1]?.ground[0], tiles['dungeon-cap-masks'] + 4);
  assert.equal(indoors, true);
});

test('trees become sprites, and portals gates', () => {
  const portals = [{ name: 'p', x: 256, y: 0, w: 256, h: 256 }];
  const dressed = dress(sketch(['ggg'], ['to.'], portals));
  assert.equal(dressed.trees.length, 1);
  assert.equal(dressed.trees[0]?.y, 15);
  assert.deepEqual(dressed.gates, [{ x: 24, y: 16 }]);
  assert.deepEqual(dressed.cells[1]?.high, [], 'the gate stands in place of the tile');
});

function shippedMap(name: string): DrawableMap {
  const text = readRepo(`zone/games/rpg/maps/${name}.tmx`);
  const size = /<map [^>]*?width="(\d+)" height="(\d+)"/.exec(text);
  const layers = [...text.matchAll(/<layer id="\d+" name="(\w+)"[^>]*>\s*<data encoding="csv">([^<]*)</g)].map((m) => ({
    name: m[1] ?? '',
    tiles: (m[2] ?? '').split(',').map(Number),
  }));
  return { name, title: '', width: Number(size?.[1]), height: Number(size?.[2]), layers, portals: [] };
}

for (const map of [shippedMap('overworld'), shippedMap('dungeon-entrance'), vista()]) {
  test(`every cell of ${map.name} is painted, with tiles that the atlas has`, () => {
    const { cells } = dress(map);
    const end = Math.floor(Math.min(...Object.values(sprites).map((s) => s.y)) / 16) * COLUMNS;
    assert.equal(cells.length, map.width * map.height);
    for (const [i, cell] of cells.entries()) {
      assert.ok(cell.low.length + cell.ground.length > 0, `cell ${i} is bare`);
      for (const tile of [...cell.ground, ...cell.overhead, ...cell.low.map((p) => p.tile), ...cell.high.map((p) => p.tile)]) {
        assert.ok(tile >= 1 && tile <= end, `cell ${i} has tile ${tile} of ${end}`);
      }
    }
  });
}

/** Node has no ImageData. */
class Pixels {
  readonly data: Uint8ClampedArray;
  readonly colorSpace = 'srgb';

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }

  set(x: number, y: number, hex: string): void {
    const v = Number.parseInt(hex.slice(1), 16);
    this.data.set([v >> 16, (v >> 8) & 255, v & 255, 255], (y * this.width + x) * 4);
  }

  get(x: number, y: number): string {
    const [r = 0, g = 0, b = 0, a = 0] = this.data.subarray((y * this.width + x) * 4);
    return a === 0 ? '' : `#${((r << 16) | (g << 8) | b).toString(16).padStart(6, '0')}`;
  }
}
Object.assign(globalThis, { ImageData: Pixels });

function sheet(): Pixels {
  const cells = figures.facings.length * figures.steps;
  return new Pixels(FRAME_W * cells, FRAME_H * (Math.max(...Object.values(figures.npc_rows)) + 1));
}

function compose(source: Pixels, look: { class: number; skin: number; hair: number; shirt: number }): Pixels {
  return composePlayer(source as ImageData, look) as unknown as Pixels;
}

test('a look exchanges exactly its own ramps', () => {
  const source = sheet();
  const row = (figures.base_row + 1) * FRAME_H;
  source.set(5, row + 9, figures.skin[0]?.[2] ?? '');
  source.set(7, row + 9, figures.shirt[0]?.[1] ?? '');
  source.set(9, row + 9, '#123456');
  const strip = compose(source, { class: 1, skin: 3, hair: 0, shirt: 6 });
  assert.equal(strip.get(5, 9), figures.skin[3]?.[2]);
  assert.equal(strip.get(7, 9), figures.shirt[6]?.[1]);
  assert.equal(strip.get(9, 9), '#123456');
});

test('hair takes its cut from the number, and its row from the class', () => {
  const source = sheet();
  source.set(3, (figures.hair_row + 2 * figures.hair_cuts + 3) * FRAME_H + 4, figures.hair[0]?.[2] ?? '');
  assert.equal(compose(source, { class: 2, skin: 0, hair: 7, shirt: 0 }).get(3, 4), figures.hair[7]?.[2]);
  assert.equal(compose(source, { class: 2, skin: 0, hair: 4, shirt: 0 }).get(3, 4), '');
});

test('the outline stays inside its cell', () => {
  const source = sheet();
  source.set(FRAME_W - 1, figures.base_row * FRAME_H + 10, '#abcdef');
  const strip = compose(source, { class: 0, skin: 0, hair: 0, shirt: 0 });
  assert.equal(strip.get(FRAME_W - 2, 10), figures.ink);
  assert.equal(strip.get(FRAME_W - 1, 9), figures.ink);
  assert.equal(strip.get(FRAME_W, 10), '', 'the next frame is clean');
});

test('numbers that no client should send are drawn as the first choice', () => {
  const source = sheet();
  source.set(5, figures.base_row * FRAME_H + 9, figures.skin[0]?.[2] ?? '');
  assert.equal(compose(source, { class: 99, skin: -1, hair: 1e9, shirt: 0.5 }).get(5, 9), figures.skin[0]?.[2]);
});

test('cells count facings first, then steps', () => {
  assert.equal(cellOf(0, 0), 0);
  assert.equal(cellOf(3, 2), figures.facings.length * figures.steps - 1);
});

test('the colours of an appearance are read from whatever the realm keeps', () => {
  assert.deepEqual(coloursOf({ skin: 7, hair: 0, shirt: 3 }), { skin: 7, hair: 0, shirt: 3 });
  for (const odd of [undefined, null, 7, 'red', [], {}, { skin: 8, hair: -1, shirt: 1.5 }, { skin: '1' }]) {
    assert.deepEqual(coloursOf(odd), { skin: 0, hair: 0, shirt: 0 });
  }
});
