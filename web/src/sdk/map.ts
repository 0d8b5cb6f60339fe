import { unbase64 } from './base64';
import { Limit } from './limit';
import type { Grid } from './mover';

const FORMAT = 1;
const TILE_PX = 16;
const MAX_SIDE = 1024; // tiles
const MAX_ARTEFACT = 8 << 20; // bytes
const MAX_CACHED = 8; // maps kept in memory

/** One drawn layer: tiles is row-major; 0 is empty, n is the n-th tile of the atlas. */
export interface MapLayer {
  name: string;
  tiles: number[];
}

/** A rectangle that leads to another zone, in position units; x, y is its top left corner. */
export interface MapPortal {
  name: string;
  x: number;
  y: number;
  w: number;
  h: number;
  to_zone: string;
  to_point: string;
}

/** A named point on which a character appears, in position units. */
export interface MapSpawn {
  name: string;
  x: number;
  y: number;
}

/** The ground of a zone, as the server compiled it. Read-only. */
export interface MapArtefact extends Grid {
  /** SHA-256 of its JSON in hex: its identity. */
  readonly hash: string;
  readonly name: string;
  readonly title: string;
  /** In tiles. */
  readonly width: number;
  readonly height: number;
  readonly tile_px: number;
  /** In drawing order: terrain, decor, overhead (above players). */
  readonly layers: readonly MapLayer[];
  readonly portals: readonly MapPortal[];
  readonly spawns: readonly MapSpawn[];
  readonly props: Readonly<Record<string, string>>;
  /** Whether a tile stops a walker; what lies outside the map does. */
  solid(tx: number, ty: number): boolean;
}

interface Json {
  format: number;
  name: string;
  title: string;
  width: number;
  height: number;
  tile_px: number;
  layers: MapLayer[];
  solid: string;
  portals: MapPortal[];
  spawns: MapSpawn[];
  props: Record<string, string>;
}

/** Reads an artefact. It throws an Error that says what is wrong with it. */
export function parseMap(text: string, hash: string): MapArtefact {
  const a = JSON.parse(text) as Json;
  const refuse = (why: string): never => {
    throw new Error(`map ${hash.slice(0, 8)} refused: ${why}; reload the page`);
  };
  if (a.format !== FORMAT) refuse(`its format is ${a.format}, this client reads ${FORMAT}`);
  if (!side(a.width) || !side(a.height)) refuse(`its size is ${a.width}×${a.height} tiles`);
  if (a.tile_px !== TILE_PX) refuse(`its tiles are ${a.tile_px} px wide`);
  const cells = a.width * a.height;
  const solid = unbase64(a.solid);
  if (solid.length !== (cells + 7) >> 3) refuse(`its solid tiles take ${solid.length} bytes`);
  for (const l of a.layers) {
    if (!Array.isArray(l.tiles) || l.tiles.length !== cells) refuse(`its layer ${l.name} does not cover it`);
  }
  const { width, height } = a;
  return {
    hash, width, height, name: a.name, title: a.title, tile_px: a.tile_px,
    layers: a.layers, portals: a.portals, spawns: a.spawns, props: a.props,
    solid(tx, ty) {
      if (tx < 0 || ty < 0 || tx >= width || ty >= height) return true;
      const bit = ty * width + tx;
      return ((solid[bit >> 3] ?? 0xff) & (1 << (bit & 7))) !== 0;
    },
  };
}

function side(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= MAX_SIDE;
}

const cache = new Map<string, Promise<MapArtefact>>();

/** Fetches a map, unless it is here already: what a hash names never changes. patienceMs is how long nothing of it may come. */
export function loadMap(url: string, hash: string, patienceMs: number): Promise<MapArtefact> {
  const held = cache.get(hash);
  if (held !== undefined) return held;
  const loading = fetchMap(url, hash, patienceMs);
  cache.set(hash, loading);
  loading.catch(() => cache.delete(hash));
  for (const oldest of cache.keys()) {
    if (cache.size <= MAX_CACHED) break;
    cache.delete(oldest);
  }
  return loading;
}

/** Forgets a map that a zone did not recognise. */
export function forgetMap(hash: string): void {
  cache.delete(hash);
}

async function fetchMap(url: string, hash: string, patienceMs: number): Promise<MapArtefact> {
  const limit = new Limit(patienceMs);
  let response: Response;
  let bytes = new Uint8Array(0);
  try {
    response = await fetch(url, { signal: limit.signal }); // immutable: the browser's own cache keeps it across visits
    if (response.ok) bytes = await read(response, limit);
  } catch {
    throw new Error('The map cannot be fetched. Check your connection.');
  } finally {
    limit.done();
  }
  if (!response.ok) throw new Error(`The map cannot be fetched: the realm answered ${response.status}.`);
  if (bytes.length > MAX_ARTEFACT) throw new Error(`map ${hash.slice(0, 8)} refused: over ${MAX_ARTEFACT} bytes are too many`);
  await check(bytes, hash);
  return parseMap(new TextDecoder().decode(bytes), hash);
}

/** Reads a body as it comes, and no more of it than is allowed and a little. */
async function read(response: Response, limit: Limit): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (reader !== undefined && length <= MAX_ARTEFACT) {
    const { done, value } = await reader.read();
    if (done) break;
    limit.restart();
    parts.push(value);
    length += value.length;
  }
  if (length > MAX_ARTEFACT) void reader?.cancel();
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    bytes.set(p, at);
    at += p.length;
  }
  return bytes;
}

/** Pages that did not come over TLS or from this machine have no crypto.subtle; they have to trust the transfer. */
async function check(bytes: Uint8Array<ArrayBuffer>, hash: string): Promise<void> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return;
  const sum = new Uint8Array(await subtle.digest('SHA-256', bytes));
  const got = Array.from(sum, (b) => b.toString(16).padStart(2, '0')).join('');
  if (got !== hash) throw new Error(`map ${hash.slice(0, 8)} refused: its content is another's (${got.slice(0, 8)}); reload the page`);
}
