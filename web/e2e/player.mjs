// One person at one browser: what the end-to-end tests do as a player would, with the keyboard and the mouse.
const PATIENCE_MS = 30_000;
const STUCK_MS = 400;

/** Waits until what() is true. */
export async function until(name, what, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    if (await what()) return;
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s in vain: ${name}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

/** Opens the page in a browser profile of its own. */
export async function newPlayer(browser, url, viewport, storageState) {
  const context = await browser.newContext({ viewport, storageState, locale: 'en' });
  const page = await context.newPage();
  const p = { context, page, name: '?', errors: [] };
  page.on('pageerror', (e) => console.error(`${p.name}: page error: ${e.stack ?? e}`));
  page.on('console', (m) => {
    if (m.type() === 'error') console.error(`${p.name}: console: ${m.text()}`);
  });
  await page.goto(url);
  await page.waitForFunction(() => window.realmwire !== undefined);
  return p;
}

/** From the title screen into the world, as a guest with a new character. */
export async function enter(p, name, cls, creation) {
  p.name = name;
  await p.page.getByTestId('guest-submit').click();
  await p.page.getByTestId('char-name').fill(name);
  await p.page.getByTestId(`class-${cls}`).click();
  await creation?.(p.page);
  await p.page.getByTestId('char-create').click();
  const play = p.page.getByTestId('char-play').first();
  await until(`${name} is in the world`, async () => {
    if ((await stats(p)).status === 'playing' && (await place(p, name)) !== null) return true;
    if (await play.isVisible().catch(() => false)) await play.click().catch(() => {});
    return false;
  });
}

/** What the session says of itself. */
export function stats(p) {
  return p.page.evaluate(() => {
    const s = window.realmwire?.session;
    return { status: s?.status ?? null, statusText: s?.statusText ?? null, transport: s?.transport ?? null, tier: s?.tier ?? null, tierText: s?.tierText ?? null, zone: s?.zone?.name ?? null, stats: s ? { ...s.stats } : null };
  });
}

/** Where this browser draws the character of that name, in px; null where it sees none. */
export function place(p, name) {
  return p.page.evaluate((n) => {
    const e = window.realmwire?.view?.entities.find((v) => v.kind === 'player' && v.state.look.name === n);
    return e ? { x: e.x, y: e.y } : null;
  }, name);
}

/** Waits until this browser sees somebody. */
export const meet = (p, name) => until(`${p.name} sees ${name}`, async () => (await place(p, name)) !== null);

/** Says something, with the chat line. */
export async function say(p, text) {
  const input = p.page.getByTestId('chat-input');
  if (!(await input.isVisible())) await p.page.keyboard.press('Enter');
  await input.fill(text);
  await input.press('Enter');
  await p.page.evaluate(() => document.activeElement?.blur?.());
}

/**
 * Walks to a goal (px) with the keyboard, until it is reached or the session no longer plays in this zone. The way is found
 * anew whenever the tile changes, so that a late key leads astray for a moment only. It all happens inside the page: from out
 * here, on a busy machine, each key would come too late to stop at a corner.
 */
async function walk(p, goal) {
  const result = await p.page.evaluate(async ({ name, goal, patience }) => {
    const held = new Set();
    const press = (type, code) => window.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true }));
    const hold = (keys) => {
      for (const k of [...held]) if (!keys.includes(k)) press('keyup', k), held.delete(k);
      for (const k of keys) if (!held.has(k)) press('keydown', k), held.add(k);
    };
    const session = window.realmwire.session;
    const map = session.map;
    const { tile_px: px, width: w, height: h } = map;
    const cell = (q) => Math.floor(q.y / px) * w + Math.floor(q.x / px);
    const centre = (c) => ({ x: (c % w) * px + px / 2, y: Math.floor(c / w) * px + px / 2 });

    // How far every tile is from the goal, once; then the way is downhill from anywhere.
    const far = new Int32Array(w * h).fill(-1);
    far[cell(goal)] = 0;
    for (const queue = [cell(goal)]; queue.length > 0; ) {
      const c = queue.shift();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        const [x, y] = [(c % w) + dx, Math.floor(c / w) + dy];
        const n = y * w + x;
        if (x >= 0 && y >= 0 && x < w && y < h && far[n] < 0 && !map.solid(x, y)) far[n] = far[c] + 1, queue.push(n);
      }
    }
    const me = () => window.realmwire.view?.entities.find((v) => v.kind === 'player' && v.state.look.name === name);
    const reach = 3;
    // The box at the feet leaves 2 px of a gap one tile wide to either side, 3 px above and below.
    const aside = { x: 1.5, y: 2.5 };
    const keysFor = (dx, dy, limit) => {
      const keys = [];
      if (dx > limit.x) keys.push('KeyD');
      if (dx < -limit.x) keys.push('KeyA');
      if (dy > limit.y) keys.push('KeyS');
      if (dy < -limit.y) keys.push('KeyW');
      return keys;
    };
    const wait = (ms) => new Promise((r) => setTimeout(r, ms));
    let stood = { x: 0, y: 0, since: Date.now() };
    const end = Date.now() + patience;
    let last = 'never seen';
    while (Date.now() < end) {
      if (session.status !== 'playing' || session.map !== map) return (hold([]), 'left');
      const at = me();
      if (at) {
        const c = cell(at);
        last = `${Math.round(at.x)}, ${Math.round(at.y)}, ${far[c]} tiles away`;
        let next = goal;
        if (far[c] > 0) {
          const best = [1, -1, w, -w].filter((d) => far[c + d] === far[c] - 1);
          // On the line through the tile's middle first, so that the box at the feet passes the corner.
          const d = best.find((b) => held.has({ 1: 'KeyD', [-1]: 'KeyA', [w]: 'KeyS', [-w]: 'KeyW' }[b])) ?? best[0];
          next = centre(c + d);
        }
        const [dx, dy] = [next.x - at.x, next.y - at.y];
        if (far[c] === 0 && Math.abs(dx) <= reach && Math.abs(dy) <= reach) return (hold([]), 'there');
        if (Math.hypot(at.x - stood.x, at.y - stood.y) > 0.5) stood = { x: at.x, y: at.y, since: Date.now() };
        if (Date.now() - stood.since > 400) {
          // Caught on a corner: to the middle of this tile, with single taps, because on a busy machine a key held is held too long.
          const middle = centre(c);
          hold([]);
          await wait(100);
          hold(keysFor(middle.x - at.x, middle.y - at.y, { x: 0.5, y: 0.5 }));
          await wait(30 + 60 * Math.random());
          hold([]);
          await wait(150);
          stood.since = Date.now() - 200;
        } else {
          hold(keysFor(dx, dy, aside));
        }
      }
      await wait(15);
    }
    hold([]);
    return last;
  }, { name: p.name, goal, patience: 4 * PATIENCE_MS });
  if (result !== 'there' && result !== 'left') throw new Error(`${p.name} did not get to ${Math.round(goal.x)}, ${Math.round(goal.y)}: ${result}`);
}

/** Walks to a place on the map, in px. */
export const walkTo = (p, x, y) => walk(p, { x, y });

/** Walks into the portal to a zone, and waits until the character stands there. */
export async function walkToPortal(p, zone) {
  const goal = await p.page.evaluate((to) => {
    const portal = window.realmwire.session.map.portals.find((q) => q.to_zone === to);
    return portal ? { x: (portal.x + portal.w / 2) / 16, y: (portal.y + portal.h / 2) / 16 } : null;
  }, zone);
  if (goal === null) throw new Error(`no portal to ${zone}`);
  const there = async () => {
    const s = await stats(p);
    return s.zone === zone && s.status === 'playing';
  };
  await walk(p, goal);
  await until(`${p.name} is in ${zone}`, async () => (await there()) && (await place(p, p.name)) !== null);
}
