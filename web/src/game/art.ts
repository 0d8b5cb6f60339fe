// The pictures, loaded: one atlas of tiles and one sheet of figures, both drawn by web/art.
import { ImageSource, Rectangle, Texture } from 'pixi.js';
import atlasUrl from '../../public/atlas.png';
import figuresUrl from '../../public/characters.png';
import { COLUMNS, type SpriteName, sprites, TILE } from './manifest';

/** Art is what the client draws with, loaded once. */
export interface Art {
  readonly atlas: Texture;
  /** Cuts a named picture out of the atlas. */
  sprite(name: SpriteName): Texture;
  /** Corner coordinates of a tile on the atlas, 0..1: left, top, right, bottom. */
  tileUv(tile: number): readonly [number, number, number, number];
  /** The pixels of the sheet of figures. */
  readonly figures: ImageData;
}

function loadImage(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(`The picture ${url} did not load. Reload the page to try again.`));
    image.src = url;
  });
}

function pixels(image: HTMLImageElement): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser offers no 2D canvas, which the game needs.');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

/** Wraps a picture for the renderer with hard pixels. */
export function hardTexture(resource: HTMLImageElement | HTMLCanvasElement): Texture {
  return new Texture({ source: new ImageSource({ resource, scaleMode: 'nearest', alphaMode: 'premultiply-alpha-on-upload' }) });
}

export async function loadArt(): Promise<Art> {
  const [atlasImage, figuresImage] = await Promise.all([loadImage(atlasUrl), loadImage(figuresUrl)]);
  const atlas = hardTexture(atlasImage);
  const cut = new Map<SpriteName, Texture>();
  const uvs: (readonly [number, number, number, number])[] = [];
  return {
    atlas,
    figures: pixels(figuresImage),
    sprite(name) {
      let texture = cut.get(name);
      if (!texture) {
        const r = sprites[name];
        texture = new Texture({ source: atlas.source, frame: new Rectangle(r.x, r.y, r.w, r.h) });
        cut.set(name, texture);
      }
      return texture;
    },
    tileUv(tile) {
      const known = uvs[tile];
      if (known) return known;
      const x = ((tile - 1) % COLUMNS) * TILE;
      const y = Math.floor((tile - 1) / COLUMNS) * TILE;
      const uv = [x / atlasImage.width, y / atlasImage.height, (x + TILE) / atlasImage.width, (y + TILE) / atlasImage.height] as const;
      uvs[tile] = uv;
      return uv;
    },
  };
}
