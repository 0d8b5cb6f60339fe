// Builds web/dist: one script, one style sheet, the pictures, all under names that carry a hash of their content, the page that
// refers to them, and the chunk that takes the best tier, which the script loads where a zone offers that. The same sources and lock file give the same bytes: no times, no absolute paths.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { notices } from './notices.mjs';

const root = new URL('.', import.meta.url);
const out = new URL('dist/', root);

await rm(out, { recursive: true, force: true });
await mkdir(new URL('assets/', out), { recursive: true });

const options = {
  absWorkingDir: new URL('.', root).pathname,
  outdir: 'dist/assets',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  publicPath: 'assets', // relative to the page, so that the client works below any path
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'safari16'],
  loader: { '.png': 'file' },
  legalComments: 'none', // collected in THIRD_PARTY_NOTICES.txt
  metafile: true,
  logLevel: 'warning',
};

/** The one output of a build that has that ending. */
function only(result, ending) {
  const found = Object.keys(result.metafile.outputs).filter((f) => f.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${ending} file, found ${found.length}`);
  return found[0].replace(/^dist\//, '');
}

// The chunk is a build of its own: esbuild's splitting would take the renderers that Pixi loads apart as well, into a score of
// files that every player waits for.
const best = await build({ ...options, entryPoints: { best: 'src/sdk/best/index.ts' } });
const chunk = {
  name: 'best',
  setup: (b) =>
    b.onResolve({ filter: /^\.\/best$/ }, (a) =>
      a.kind === 'dynamic-import' ? { path: only(best, '.js').replace('assets/', './'), external: true } : undefined,
    ),
};
const game = await build({ ...options, entryPoints: { game: 'src/main.ts' }, plugins: [chunk] });

const iconBytes = await readFile(new URL('public/icon.png', root));
const icon = `assets/icon-${createHash('sha256').update(iconBytes).digest('hex').slice(0, 8).toUpperCase()}.png`;
await copyFile(new URL('public/icon.png', root), new URL(icon, out));

const page = (await readFile(new URL('index.html', root), 'utf8'))
  .replace('%ICON%', icon)
  .replace('%STYLE%', only(game, '.css'))
  .replace('%SCRIPT%', only(game, '.js'));
await writeFile(new URL('index.html', out), page);
await writeFile(new URL('THIRD_PARTY_NOTICES.txt', out), await notices(root, [game.metafile, best.metafile]));
