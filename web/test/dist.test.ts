// What a browser downloads: the default script has nothing of the best tier, which is a chunk that it names.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { packed } from '../src/sdk/best/weights';
import { readRepo, repoPath } from './files';

const assets = 'web/dist/assets';

test('the best tier is a chunk of its own', () => {
  const scripts = readdirSync(repoPath(assets)).filter((f) => f.endsWith('.js'));
  const named = (start: string): string => {
    const found = scripts.filter((f) => f.startsWith(start));
    assert.equal(found.length, 1, `${start}: ${found.join(', ')}`);
    return found[0]!;
  };
  const [game, best] = [named('game-'), named('best-')];
  assert.equal(scripts.length, 2, scripts.join(', '));
  const script = readRepo(`${assets}/${game}`);
  assert.ok(readRepo(`${assets}/${best}`).includes(packed), 'the chunk has no weights; is dist built?');
  assert.ok(!script.includes(packed.slice(0, 100)), 'the script has the weights of the best tier');
  assert.ok(!script.includes('groups follow one another'), 'the script has the codec of the best tier');
  assert.ok(script.includes(`import("./${best}")`), 'the script does not name the chunk');
  assert.ok(readRepo('web/dist/index.html').includes(game) && !readRepo('web/dist/index.html').includes(best));
});
