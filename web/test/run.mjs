// Bundles each *.test.ts here with esbuild and runs the bundles with Node's own test runner.
// Usage: node test/run.mjs [part of a file's name…]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../node_modules/.cache/realmwire-test');
const wanted = process.argv.slice(2);
const entryPoints = readdirSync(here)
  .filter((f) => f.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((w) => f.includes(w))))
  .map((f) => path.join(here, f));
if (entryPoints.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}; they are test/*.test.ts`);
  process.exit(2);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const bundles = readdirSync(out).filter((f) => f.endsWith('.mjs')).map((f) => path.join(out, f));
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...bundles], {
  stdio: 'inherit',
  // The bundles lie elsewhere than their sources; tests find the repository's vectors from here.
  env: { ...process.env, REALMWIRE_ROOT: path.join(here, '../..') },
});
process.exit(run.status ?? 1);
