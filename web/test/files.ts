import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The path of a file or folder of the repository, given from the root. */
export function repoPath(file: string): string {
  const root = process.env['REALMWIRE_ROOT'];
  if (root === undefined) throw new Error('run the tests with: node test/run.mjs');
  return path.join(root, file);
}

/** The text of a file of the repository, by its path from the root. */
export function readRepo(file: string): string {
  return readFileSync(repoPath(file), 'utf8');
}

/** Bytes of hex text. */
export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Hex text of bytes. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** A seeded generator of numbers from 0 to 1 (mulberry32), so that what fails once fails again. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
