// Two people play in a real Chromium: one over WebRTC in the best tier, one over WebSocket in the fast one, since the other does
// not load. Run by browser_test.go:
//
//   node web/e2e/play.mjs --url URL --dir FOLDER --phase first|brief|again
//
// "first" makes guests and characters, lets them see each other walk and talk, and takes one through the portal and back.
// "brief" is "first" without the portal, for networks on which everything takes long.
// "again" comes back after the server was restarted, with what the browsers remember, and finds both where they stood.
// The last line is JSON; screenshots go into FOLDER.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { enter, meet, newPlayer, place, say, stats, until, walkTo, walkToPortal } from './player.mjs';

const { values: opt } = parseArgs({ options: { url: { type: 'string' }, dir: { type: 'string' }, phase: { type: 'string', default: 'first' } } });
const url = opt.url;
const dir = opt.dir;
if (!url || !dir) throw new Error('--url and --dir are needed');

const browser = await launch();
const shot = (page, name) => page.screenshot({ path: join(dir, `${name}.png`) });

/** The best tier's code, which is loaded when it is to be asked for. */
const chunk = /\/assets\/best-[A-Z0-9]{8}\.js$/;
const chunks = (page) =>
  page.evaluate((name) => performance.getEntriesByType('resource').filter((r) => new RegExp(name).test(r.name) && r.decodedBodySize > 0).length, chunk.source);

/** The first visit: everything from a click on "guest". */
async function first() {
  const ada = await newPlayer(browser, `${url}/?tier=best`, { width: 1280, height: 800 });
  const bob = await newPlayer(browser, `${url}/?transport=websocket&tier=best`, { width: 390, height: 844 });
  await bob.context.route(chunk, (route) => route.abort()); // his best tier does not load
  await shot(ada.page, 'title');
  if ((await chunks(ada.page)) !== 0) throw new Error('the best tier is loaded before anybody plays');
  await enter(ada, 'Ada', 'wizard', (page) => shot(page, 'creation'));
  await enter(bob, 'Bob', 'knight', (page) => shot(page, 'creation-phone'));
  const a = await stats(ada);
  const b = await stats(bob);
  if (a.transport !== 'webrtc') throw new Error(`Ada plays over ${a.transport}: ${a.statusText}`);
  if (b.transport !== 'websocket') throw new Error(`Bob plays over ${b.transport}`);
  await meet(ada, 'Bob');
  await meet(bob, 'Ada');

  // Each sees the other walk.
  const before = await place(bob, 'Ada');
  const start = await place(ada, 'Ada');
  await walkTo(ada, start.x + 40, start.y + 24);
  await until(`Bob sees Ada walk`, async () => {
    const now = await place(bob, 'Ada');
    return Math.hypot(now.x - before.x, now.y - before.y) > 20;
  });

  // Each hears the other talk.
  await say(ada, 'hello over WebRTC');
  await say(bob, 'hello over WebSocket');
  for (const p of [ada, bob]) {
    for (const text of ['hello over WebRTC', 'hello over WebSocket']) {
      await until(`${p.name} hears "${text}"`, async () => (await p.page.getByTestId('chat-log').innerText()).includes(text));
    }
  }
  await ada.page.keyboard.press('F3');
  await ada.page.waitForTimeout(2500); // the graphs need something to show
  await shot(ada.page, 'world');
  await shot(bob.page, 'world-phone');

  if (opt.phase !== 'brief') {
    // Through the portal and back.
    await walkToPortal(ada, 'dungeon-entrance');
    await shot(ada.page, 'dungeon');
    await until('Ada is gone for Bob', async () => (await place(bob, 'Ada')) === null);
    await walkToPortal(ada, 'overworld');
    await walkTo(ada, start.x, start.y);
    await meet(bob, 'Ada');
    await meet(ada, 'Bob');
  }

  // Somewhere that is no spawn point, so that coming back there means something.
  const at = await place(bob, 'Bob');
  await walkTo(bob, at.x - 24, at.y + 40);
  await ada.page.waitForTimeout(500);
  const out = { ada: await place(ada, 'Ada'), bob: await place(bob, 'Bob'), stats: { ada: await stats(ada), bob: await stats(bob) } };
  for (const p of [ada, bob]) {
    const s = (await stats(p)).stats;
    if (s.desyncs !== 0 || s.viewsChecked < 50) throw new Error(`${p.name}: ${s.desyncs} desyncs in ${s.viewsChecked} verified snapshots`);
    // Who asks for the best tier gets its sections where they are shorter than records, which chance decides here.
    const { tier, tierText } = await stats(p);
    if (p === bob && (tier !== 'fast' || tierText !== 'the best tier did not load')) throw new Error(`Bob, without the code for it, plays in the ${tier} tier: ${tierText}`);
    if (p === ada && (tierText !== '' || (await chunks(p.page)) !== 1)) throw new Error(`Ada did not ask for the best tier: ${tierText}`);
    await p.context.storageState({ path: join(dir, `${p.name}.json`) });
  }
  await writeFile(join(dir, 'places.json'), JSON.stringify(out));
  return out;
}

/** The visit after a restart. */
async function again() {
  const were = JSON.parse(await readFile(join(dir, 'places.json'), 'utf8'));
  const out = {};
  for (const [key, name, page] of [['ada', 'Ada', url], ['bob', 'Bob', `${url}/?transport=websocket`]]) {
    const p = await newPlayer(browser, page, { width: 1280, height: 800 }, join(dir, `${name}.json`));
    p.name = name;
    await p.page.getByTestId('char-play').first().click();
    await until(`${name} plays again`, async () => (await stats(p)).status === 'playing' && (await place(p, name)) !== null);
    const now = await place(p, name);
    if (Math.hypot(now.x - were[key].x, now.y - were[key].y) > 1) {
      throw new Error(`${name} stood at ${JSON.stringify(were[key])} and came back at ${JSON.stringify(now)}`);
    }
    out[key] = now;
    await shot(p.page, `again-${key}`);
  }
  return out;
}

try {
  console.log(JSON.stringify(await (opt.phase === 'again' ? again() : first())));
} catch (e) {
  for (const [i, context] of browser.contexts().entries()) {
    for (const page of context.pages()) {
      await shot(page, `failed-${i}`).catch(() => {});
      console.error(`tab ${i}:`, JSON.stringify(await page.evaluate(() => ({ status: window.realmwire?.session?.status, text: window.realmwire?.session?.statusText })).catch(() => null)));
    }
  }
  console.error(e);
  process.exitCode = 1;
} finally {
  await browser.close();
}
