// Composes a character from the layers of the sheet, in the colours of its look. Pure: pixels in, pixels out.
import { figures } from './manifest';

/** What a player's character looks like: class 0 knight, 1 rogue, 2 wizard; skin, hair and shirt 0..7. */
export interface FigureLook {
  class: number;
  skin: number;
  hair: number;
  shirt: number;
}

/** The colours that an account's list shows of a character; what is no colour is the first. */
export function coloursOf(appearance: unknown): Omit<FigureLook, 'class'> {
  const chosen = (typeof appearance === 'object' && appearance !== null ? appearance : {}) as Record<string, unknown>;
  const shade = (part: string): number => {
    const n = chosen[part];
    return typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < 8 ? n : 0;
  };
  return { skin: shade('skin'), hair: shade('hair'), shirt: shade('shirt') };
}

export const FACINGS = figures.facings.length;
export const FRAME_W = figures.frame_w;
export const FRAME_H = figures.frame_h;
/** Distance from the top of a frame to the ground that the figure stands on. */
export const FEET_Y = figures.feet_y;
const STRIP_W = FRAME_W * FACINGS * figures.steps;

/** The cell of a strip for a facing (down, left, right, up) and a step (0 stands). */
export function cellOf(facing: number, step: number): number {
  return facing * figures.steps + step;
}

function packed(hex: string): number {
  const v = Number.parseInt(hex.slice(1), 16);
  // ImageData is RGBA in memory, so a little-endian word reads ABGR
  return (0xff000000 | ((v & 0xff) << 16) | (v & 0xff00) | (v >> 16)) >>> 0;
}

const ramps = {
  skin: figures.skin.map((r) => r.map(packed)),
  hair: figures.hair.map((r) => r.map(packed)),
  shirt: figures.shirt.map((r) => r.map(packed)),
};
const ink = packed(figures.ink);

function words(image: ImageData): Uint32Array {
  return new Uint32Array(image.data.buffer, image.data.byteOffset, image.data.byteLength >> 2);
}

function clampIndex(v: number, n: number): number {
  return Number.isInteger(v) && v >= 0 && v < n ? v : 0;
}

function exchange(strip: Uint32Array, ramp: number[][], choice: number): void {
  const from = ramp[0] ?? [];
  const to = ramp[clampIndex(choice, ramp.length)] ?? from;
  const swap = new Map(from.map((colour, i) => [colour, to[i] ?? colour]));
  strip.forEach((pixel, i) => {
    const other = swap.get(pixel);
    if (other !== undefined) strip[i] = other;
  });
}

function layRow(sheet: Uint32Array, row: number, strip: Uint32Array): void {
  const start = row * FRAME_H * STRIP_W;
  for (let i = 0; i < strip.length; i++) {
    const pixel = sheet[start + i] ?? 0;
    if (pixel >>> 24 !== 0) strip[i] = pixel;
  }
}

function outline(strip: Uint32Array): Uint32Array {
  const out = strip.slice();
  for (let y = 0; y < FRAME_H; y++) {
    for (let x = 0; x < STRIP_W; x++) {
      const i = y * STRIP_W + x;
      if (strip[i] !== 0) continue;
      const inCell = x % FRAME_W;
      if (
        (inCell > 0 && strip[i - 1] !== 0) ||
        (inCell < FRAME_W - 1 && strip[i + 1] !== 0) ||
        (y > 0 && strip[i - STRIP_W] !== 0) ||
        (y < FRAME_H - 1 && strip[i + STRIP_W] !== 0)
      ) {
        out[i] = ink;
      }
    }
  }
  return out;
}

/** A strip of twelve frames for a player's look. */
export function composePlayer(sheet: ImageData, look: FigureLook): ImageData {
  const source = words(sheet);
  const strip = new Uint32Array(STRIP_W * FRAME_H);
  const kind = clampIndex(look.class, figures.classes.length);
  const cut = clampIndex(look.hair, ramps.hair.length) >> 1;
  layRow(source, figures.base_row + kind, strip);
  layRow(source, figures.hair_row + kind * figures.hair_cuts + cut, strip);
  layRow(source, figures.gear_row + kind, strip);
  exchange(strip, ramps.skin, look.skin);
  exchange(strip, ramps.hair, look.hair);
  exchange(strip, ramps.shirt, look.shirt);
  return asImage(outline(strip));
}

export type CreatureName = keyof typeof figures.npc_rows;

/** A strip of twelve frames for a creature, finished as it is on the sheet. */
export function composeCreature(sheet: ImageData, name: CreatureName): ImageData {
  const strip = new Uint32Array(STRIP_W * FRAME_H);
  layRow(words(sheet), figures.npc_rows[name], strip);
  return asImage(strip);
}

function asImage(strip: Uint32Array): ImageData {
  const image = new ImageData(STRIP_W, FRAME_H);
  words(image).set(strip);
  return image;
}
