// A browser whose address changes while it plays, as when a NAT forgets its mapping: it must not notice. Run by browser_test.go:
//
//   node web/e2e/move.mjs --url URL --dir FOLDER
//
// When it plays it prints "playing" and waits for a line on stdin, by which the address has changed. The last line is JSON.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { enter, newPlayer, place, say, stats, until, walkTo } from './player.mjs';

const { values: opt } = parseArgs({ options: { url: { type: 'string' }, dir: { type: 'string' } } });
if (!opt.url || !opt.dir) throw new Error('--url and --dir are needed');

const browser = await launch();
const input = createInterface({ input: process.stdin });
try {
  const max = await newPlayer(browser, opt.url, { width: 1280, height: 800 });
  // Notes, inside the page, every connection that is made and all that the session says of itself.
  await max.page.evaluate(() => {
    const log = { connections: 0, said: [] };
    window.moves = log;
    for (const name of ['WebSocket', 'RTCPeerConnection']) {
      window[name] = class extends window[name] {
        constructor(...args) {
          super(...args);
          log.connections++;
        }
      };
    }
    setInterval(() => {
      const status = window.realmwire.session?.status;
      if (status && log.said.at(-1) !== status) log.said.push(status);
    }, 5);
  });
  const hears = async (text) => {
    await say(max, text);
    await until(`Max hears "${text}"`, async () => (await max.page.getByTestId('chat-log').innerText()).includes(text));
  };
  await enter(max, 'Max', 'wizard');
  const s = await stats(max);
  if (s.transport !== 'webrtc') throw new Error(`Max plays over ${s.transport}: ${s.statusText}`);
  const start = await place(max, 'Max');
  await walkTo(max, start.x + 40, start.y + 24);
  await hears('here I was');
  console.log('playing');
  await new Promise((resolve) => input.once('line', resolve));
  const began = Date.now();
  await hears('here I am');
  const heardAfterMs = Date.now() - began;
  await walkTo(max, start.x, start.y);
  await max.page.waitForTimeout(12_000); // longer than a server keeps a session that it cannot hear
  await hears('and here I stay');
  const after = await stats(max);
  const log = await max.page.evaluate(() => ({ ...window.moves }));
  if (after.transport !== 'webrtc' || after.status !== 'playing') throw new Error(`Max ${after.status} over ${after.transport}: ${after.statusText}`);
  if (log.connections !== 1) throw new Error(`${log.connections} connections were made: ${JSON.stringify(log.said)}`);
  if (log.said.includes('reconnecting')) throw new Error(`the session was lost: ${JSON.stringify(log.said)}`);
  if (after.stats.desyncs !== 0) throw new Error(`${after.stats.desyncs} desyncs`);
  await max.page.screenshot({ path: join(opt.dir, 'moved.png') });
  console.log(JSON.stringify({ heardAfterMs, said: log.said }));
} catch (e) {
  console.error(e);
  process.exitCode = 1;
} finally {
  input.close();
  await browser.close();
}
