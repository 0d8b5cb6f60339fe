// Two people whose network breaks under them. The first comes back over WebRTC, the second, whose UDP stays away, over WebSocket: both straight to
// the zone, with the tickets that it gave them, as who they were. Run by browser_test.go:
//
//   node web/e2e/resume.mjs --url URL --control URL
//
// A GET of control/cut makes UDP lead nowhere, of control/mend brings it back. The last line is JSON: how long each was away.
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { enter, newPlayer, place, say, stats, until } from './player.mjs';

const { values: opt } = parseArgs({ options: { url: { type: 'string' }, control: { type: 'string' } } });
if (!opt.url || !opt.control) throw new Error('--url and --control are needed');

const network = async (what) => {
  const r = await fetch(`${opt.control}/${what}`);
  if (!r.ok) throw new Error(`${what}: ${r.status}`);
};

const own = (p) => p.page.evaluate(() => window.realmwire.view?.own?.id ?? null);

/** Enters, loses UDP, and is back over a transport; between is called as soon as the page has noticed. */
async function cutOff(query, name, transport, between) {
  const p = await newPlayer(browser, `${opt.url}/${query}`, { width: 1280, height: 800 });
  let asked = 0;
  p.page.on('request', (r) => {
    if (new URL(r.url()).pathname === '/v1/play') asked++;
  });
  await enter(p, name, 'rogue');
  const was = { id: await own(p), at: await place(p, name), over: (await stats(p)).transport };
  if (was.over !== 'webrtc' || asked !== 1) throw new Error(`${name} plays over ${was.over} after asking the realm ${asked} times`);
  await network('cut');
  await until(`${name} notices`, async () => (await stats(p)).status === 'reconnecting');
  const noticed = Date.now();
  await between();
  await until(`${name} is back`, async () => (await stats(p)).status === 'playing');
  const away = Date.now() - noticed;
  const is = { id: await own(p), at: await place(p, name), over: (await stats(p)).transport };
  if (is.over !== transport) throw new Error(`${name} is back over ${is.over}`);
  if (asked !== 1) throw new Error(`${name} asked the realm ${asked - 1} times to come back`);
  if (is.id !== was.id) throw new Error(`${name} was entity ${was.id} and is ${is.id}`);
  if (Math.hypot(is.at.x - was.at.x, is.at.y - was.at.y) > 1) throw new Error(`${name} was at ${JSON.stringify(was.at)} and is at ${JSON.stringify(is.at)}`);
  await say(p, `${name} is back`);
  await until(`${name} is heard`, async () => (await p.page.getByTestId('chat-log').innerText()).includes(`${name} is back`));
  const after = (await stats(p)).stats;
  if (after.desyncs !== 0) throw new Error(`${name}: ${after.desyncs} desyncs`);
  await p.context.close(); // the next one's cut would be its own
  await network('mend');
  return away;
}

const browser = await launch();
try {
  const ida = await cutOff('?transport=webrtc', 'Ida', 'webrtc', () => network('mend'));
  const max = await cutOff('', 'Max', 'websocket', async () => {});
  console.log(JSON.stringify({ webrtcMs: ida, websocketMs: max }));
} catch (e) {
  console.error(e);
  process.exitCode = 1;
} finally {
  await browser.close();
}
