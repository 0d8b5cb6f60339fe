// What web/art says of its pictures: where things are, and the colours of a look.
import manifest from '../../public/art.json';

/** Side of a tile, px. */
export const TILE = manifest.tile_px;
/** Tiles in a row of the atlas. */
export const COLUMNS = manifest.columns;

export type TileName = keyof typeof manifest.tiles;
export type SpriteName = keyof typeof manifest.sprites;

/** Numbers of the named tiles (1-based, as in map artefacts); a set takes consecutive numbers from here. */
export const tiles: Readonly<Record<TileName, number>> = manifest.tiles;

/** Pictures larger than a tile, by name: rectangles of the atlas in px. */
export const sprites: Readonly<Record<SpriteName, { x: number; y: number; w: number; h: number }>> = manifest.sprites;

/** The layout of the sheet of figures, and the ramps of skin, hair and shirt. */
export const figures = manifest.figures;
