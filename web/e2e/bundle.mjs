// Prints stack.ts and all that it takes as one script, which sets globalThis.stack: for a browser that stacks_test.go drives.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

export async function bundle() {
  const out = await build({
    entryPoints: [path.join(here, 'stack.ts')],
    bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'warning', minify: true,
  });
  return out.outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(await bundle());
