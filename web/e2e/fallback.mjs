// A browser whose UDP leads nowhere: it must play over WebSocket by itself, soon, and say so. Run by browser_test.go:
//
//   node web/e2e/fallback.mjs --url URL --dir FOLDER
//
// The last line is JSON: how long each took.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { enter, newPlayer, stats } from './player.mjs';

const { values: opt } = parseArgs({ options: { url: { type: 'string' }, dir: { type: 'string' } } });
if (!opt.url || !opt.dir) throw new Error('--url and --dir are needed');

const browser = await launch();
try {
  const eve = await newPlayer(browser, opt.url, { width: 1280, height: 800 });
  // Notes, inside the page, when the WebSocket is opened and what the session says of itself until it plays.
  await eve.page.evaluate(() => {
    const log = { began: 0, socket: 0, said: [] };
    window.fallback = log;
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(...args) {
        super(...args);
        log.socket = performance.now();
      }
    };
    const RealPeer = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends RealPeer {
      constructor(...args) {
        super(...args);
        log.began ||= performance.now();
      }
    };
    setInterval(() => {
      const text = window.realmwire.session?.statusText;
      if (text && log.said.at(-1) !== text) log.said.push(text);
    }, 20);
  });
  await enter(eve, 'Eve', 'rogue');
  const s = await stats(eve);
  if (s.transport !== 'websocket') throw new Error(`Eve plays over ${s.transport}`);
  const log = await eve.page.evaluate(() => ({ ...window.fallback }));
  if (log.began === 0) throw new Error('WebRTC was never tried');
  if (!log.said.some((t) => /WebRTC/.test(t) && /WebSocket/.test(t))) throw new Error(`the player was not told why: ${JSON.stringify(log.said)}`);
  const badge = await eve.page.getByTestId('transport-badge').innerText();
  if (!/WebSocket/.test(badge)) throw new Error(`the badge says ${badge}`);
  await eve.page.screenshot({ path: join(opt.dir, 'fallback.png') });
  console.log(JSON.stringify({ msToWebSocket: Math.round(log.socket - log.began), said: log.said }));
} catch (e) {
  console.error(e);
  process.exitCode = 1;
} finally {
  await browser.close();
}
