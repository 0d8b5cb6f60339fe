// Bundles test/*.bench.ts with esbuild and runs them with Node. Their arguments are this script's.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, '../node_modules/.cache/realmwire-bench');
mkdirSync(out, { recursive: true });
const entryPoints = readdirSync(here).filter((f) => f.endsWith('.bench.ts')).map((f) => path.join(here, f));
await build({ entryPoints, outdir: out, outExtension: { '.js': '.mjs' }, bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node20' });
for (const entry of entryPoints) {
  const bundle = path.join(out, `${path.basename(entry, '.ts')}.mjs`);
  const run = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (run.status !== 0) process.exit(run.status ?? 1);
}
