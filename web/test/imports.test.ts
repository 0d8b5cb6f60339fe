// The SDK knows no game: nothing in src/sdk imports anything outside it, not even a package.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { repoPath } from './files';

/** What each file below dir imports, exports from or loads, comments aside, that does not lie below dir; where running is set, but for types. */
function strangers(dir: string, running = false): string[] {
  const found: string[] = [];
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!/\.[cm]?[jt]sx?$/.test(name)) continue;
    const code = readFileSync(path.join(dir, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace(running ? /^import type [^;]*;$/gm : /$^/, '');
    for (const m of code.matchAll(/\b(?:from|import|require)\s*\(?\s*(['"`])([^'"`]+)\1/g)) {
      const target = m[2] ?? '';
      const inside = target.startsWith('.') && !path.relative(dir, path.resolve(dir, path.dirname(name), target)).startsWith('..');
      if (!inside) found.push(`${name}: ${target}`);
    }
  }
  return found.sort();
}

test('the SDK imports nothing outside itself', () => {
  assert.deepEqual(strangers(repoPath('web/src/sdk')), []);
  assert.notDeepEqual(strangers(repoPath('web/src/game')), [], 'a game imports the SDK: a search that finds no import proves nothing');
});

test('the chunk of the best tier shares little with what is loaded at once', () => {
  // What it imports at run time is in it once more: two files of constants and one function.
  const found = strangers(repoPath('web/src/sdk/best'), true);
  assert.deepEqual(found, ['section.ts: ../snapshot', 'tables.ts: ../base64']);
});

test('every way to import is found', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'sdk-'));
  const lines = [
    "import { a } from './b';", "import '../game/a';", "import type { B } from '../game/b';", "export * from '../game/c';",
    "const d = await import('../game/d');", 'import {\n  e,\n} from "pixi.js";', "// import '../game/no';", "/* import '../game/no' */",
  ];
  writeFileSync(path.join(dir, 'a.ts'), lines.join('\n'));
  assert.deepEqual(strangers(dir), ['a.ts: ../game/a', 'a.ts: ../game/b', 'a.ts: ../game/c', 'a.ts: ../game/d', 'a.ts: pixi.js']);
});
