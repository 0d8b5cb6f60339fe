// Keeps the composed strips as textures, so that a look is composed once however many wear it.
import { Rectangle, Texture } from 'pixi.js';
import { type Art, hardTexture } from './art';
import { composeCreature, composePlayer, type CreatureName, FACINGS, type FigureLook, FRAME_H, FRAME_W } from './figure';

/** The frames of one figure, by cell. */
export type Strip = readonly Texture[];

/** Looks come from other players: at most this many strips are kept; the one unused for longest goes first. */
const MAX_STRIPS = 256;

export class Wardrobe {
  private readonly strips = new Map<string, Strip>();

  constructor(private readonly art: Art) {}

  player(look: FigureLook): Strip {
    return this.keep(`${look.class}/${look.skin}/${look.hair}/${look.shirt}`, () => composePlayer(this.art.figures, look));
  }

  creature(name: CreatureName): Strip {
    return this.keep(name, () => composeCreature(this.art.figures, name));
  }

  private keep(key: string, compose: () => ImageData): Strip {
    const known = this.strips.get(key);
    if (known) {
      this.strips.delete(key);
      this.strips.set(key, known);
      return known;
    }
    const strip = cutStrip(compose());
    this.strips.set(key, strip);
    // An actor that still wears an evicted strip keeps it alive; the renderer frees it when the last one goes.
    if (this.strips.size > MAX_STRIPS) {
      const oldest = this.strips.keys().next();
      if (!oldest.done) this.strips.delete(oldest.value);
    }
    return strip;
  }
}

function cutStrip(image: ImageData): Strip {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  const source = hardTexture(canvas).source;
  const frames: Texture[] = [];
  for (let i = 0; i < image.width / FRAME_W; i++) {
    frames.push(new Texture({ source, frame: new Rectangle(i * FRAME_W, 0, FRAME_W, FRAME_H) }));
  }
  if (frames.length % FACINGS !== 0) throw new Error('the sheet of figures does not divide into facings');
  return frames;
}
