// Holds the size of what a browser downloads. Moving a limit is a decision: say in the commit what the bytes bought.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const limits = [
  { what: 'script', starting: 'game-', ending: '.js', maxBytes: 163_000 },
  { what: 'best', starting: 'best-', ending: '.js', maxBytes: 24_000 }, // only where a zone offers the best tier
  { what: 'style', ending: '.css', maxBytes: 6_000 },
  { what: 'pictures', ending: '.png', maxBytes: 60_000 },
];

const dir = new URL('dist/assets/', import.meta.url);
const names = await readdir(dir);
let failed = false;
for (const { what, starting = '', ending, maxBytes } of limits) {
  let bytes = 0;
  for (const name of names.filter((n) => n.startsWith(starting) && n.endsWith(ending))) bytes += gzipSync(await readFile(new URL(name, dir)), { level: 9 }).length;
  const over = bytes === 0 || bytes > maxBytes;
  failed ||= over;
  console.log(`${what.padEnd(9)} ${String(bytes).padStart(8)} of ${maxBytes} bytes, gzipped${over ? '  <-- over budget, or missing' : ''}`);
}
// Everything that a page loads at once is one script: any other file would be waited for, and nobody counted it.
const stray = names.filter((n) => n.endsWith('.js') && !/^(game|best)-[A-Z0-9]{8}\.js$/.test(n));
if (stray.length > 0) console.log(`scripts that nobody expects: ${stray.join(', ')}`);
if (failed || stray.length > 0) process.exit(1);
