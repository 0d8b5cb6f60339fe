// Holds the size of what a browser downloads. Moving a limit is a decision: say in the commit what the bytes bought.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const limits = [
  { what: 'script', ending: '.js', maxBytes: 185_000 },
  { what: 'style', ending: '.css', maxBytes: 6_000 },
  { what: 'pictures', ending: '.png', maxBytes: 60_000 },
];

const dir = new URL('dist/assets/', import.meta.url);
const names = await readdir(dir);
let failed = false;
for (const { what, ending, maxBytes } of limits) {
  let bytes = 0;
  for (const name of names.filter((n) => n.endsWith(ending))) bytes += gzipSync(await readFile(new URL(name, dir)), { level: 9 }).length;
  const over = bytes === 0 || bytes > maxBytes;
  failed ||= over;
  console.log(`${what.padEnd(9)} ${String(bytes).padStart(8)} of ${maxBytes} bytes, gzipped${over ? '  <-- over budget, or missing' : ''}`);
}
if (failed) process.exit(1);
