import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Reason, Transfer } from '../src/sdk/gen/message';
import { Session } from '../src/game/rpg';
import { RealmApi } from '../src/sdk/api';
import { loadBest } from '../src/sdk/tier';
import type { SessionOptions } from '../src/sdk/session';
import { FakeRealm, type FakeSocket } from './fakerealm';

let realm: FakeRealm;
let uninstall: () => void;
const open: Session[] = [];

beforeEach(() => {
  realm = new FakeRealm();
  uninstall = realm.install();
});

afterEach(() => {
  for (const s of open.splice(0)) s.close();
  uninstall();
});

function connect(options: SessionOptions = {}, patienceMs?: number): { session: Session; told: string[] } {
  const session = Session.connect(new RealmApi('http://realm.test', patienceMs), '2', options);
  open.push(session);
  const told: string[] = [];
  session.on('status', (s) => told.push(s.status));
  return { session, told };
}

async function until(what: string, f: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (f()) return;
    await new Promise((r) => setTimeout(r, 10));
  }
  assert.fail(`waited in vain for: ${what}`);
}

function newest(): FakeSocket {
  const s = realm.sockets.at(-1);
  assert.ok(s !== undefined);
  return s;
}

test('enters, draws itself, chats, and leaves for good', async () => {
  const { session } = connect({ transport: 'websocket' });
  assert.equal(session.status, 'connecting');
  await until('playing', () => session.status === 'playing');
  assert.equal(session.transport, 'websocket');
  assert.deepEqual(session.zone, { name: 'field', title: 'FIELD', players: 1, capacity: 9 });
  assert.equal(session.map?.name, 'field');
  await until('the own entity', () => session.frame(performance.now()).own !== null);
  const own = session.frame(performance.now()).own;
  assert.ok(own?.kind === 'player' && own.x === 125 && own.y === 125);
  session.sendChat('hello');
  session.sendChat('   ');
  await until('the chat', () => newest().said.length > 0);
  assert.deepEqual(newest().said, ['hello']);
  session.close();
  assert.equal(session.status, 'closed');
  await new Promise((r) => setTimeout(r, 600));
  assert.deepEqual(realm.log, ['play', 'open field 1', 'leave field']);
});

test('falls back to WebSocket with a fresh ticket in time, and says so', async () => {
  realm.withDeafWebRTC();
  const began = performance.now();
  const { session } = connect();
  await until('the WebSocket', () => realm.sockets.length > 0);
  const took = performance.now() - began;
  assert.ok(took >= 1100 && took < 1500, `the WebSocket was tried after ${took} ms`);
  await until('playing', () => session.status === 'playing');
  assert.match(session.statusText, /WebSocket; WebRTC does not get through/);
  assert.deepEqual(realm.log, ['play', 'rtc', 'play', 'open field 2']);
});

test('walks through a portal: connected there before it lets go here, and without WebRTC this time', async () => {
  realm.withDeafWebRTC();
  const { session, told } = connect();
  const maps: string[] = [];
  const handovers: string[] = [];
  session.on('map', (m) => maps.push(m.name));
  session.on('handover', (t) => handovers.push(t.name));
  await until('playing', () => session.status === 'playing');
  const before = realm.log.length;
  const started = performance.now();
  newest().tell(Transfer, { grant: JSON.stringify(realm.grant('cave')) });
  await until('the other zone', () => session.zone?.name === 'cave');
  assert.ok(performance.now() - started < 1000, 'the portal waited for what had failed already');
  assert.deepEqual(realm.log.slice(before), ['open cave 3', 'leave field']);
  assert.deepEqual(maps, ['field', 'cave']);
  assert.deepEqual(handovers, ['cave']);
  assert.deepEqual([...new Set(told)], ['connecting', 'playing', 'handover']);
  assert.equal(session.status, 'playing');
});

test('a portal whose zone refuses leads back through the realm', async () => {
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  const grant = realm.grant('cave') as { ticket: string };
  realm.useTicket(Buffer.from(grant.ticket, 'base64').toString());
  realm.zone = 'cave';
  newest().tell(Transfer, { grant: JSON.stringify(grant) });
  await until('the other zone', () => session.zone?.name === 'cave' && session.status === 'playing');
  assert.equal(realm.log.filter((l) => l === 'play').length, 2);
});

test('comes back after a drop, keeping the picture meanwhile', async () => {
  const { session, told } = connect({ transport: 'websocket' });
  await until('the own entity', () => session.frame(performance.now()).own !== null);
  newest().drop(1006, '');
  assert.notEqual(session.frame(performance.now()).own, null);
  await until('reconnecting', () => session.status === 'reconnecting');
  await until('playing', () => session.status === 'playing');
  assert.ok(told.includes('reconnecting'));
  assert.equal(realm.sockets.length, 2);
});

test('comes back straight to the zone, without the realm, at once and again', async () => {
  realm.lifeMs = 60_000;
  const { session, told } = connect({ transport: 'websocket' });
  for (const after of ['open field 1', 'open back to field 2', 'open back to field 4']) {
    await until('playing', () => session.status === 'playing' && realm.log.at(-1) === after);
    await until('the tickets', () => session.frame(performance.now()).own !== null);
    await new Promise((r) => setTimeout(r, 20));
    realm.refusals = [{ status: 503, title: 'unavailable', detail: 'The realm is away.' }];
    newest().drop(1006, '');
  }
  await until('playing', () => session.status === 'playing' && realm.log.at(-1) === 'open back to field 6');
  assert.deepEqual(realm.log.filter((l) => l.startsWith('play')), ['play']);
  assert.deepEqual([...new Set(told)], ['connecting', 'playing', 'reconnecting']);
});

test('asks the realm where the zone has let the character go', async () => {
  realm.lifeMs = 60_000;
  realm.keeps = false;
  const { session } = connect({ transport: 'websocket' });
  await until('the own entity', () => session.frame(performance.now()).own !== null);
  newest().drop(1006, '');
  await until('a second grant', () => realm.log.filter((l) => l === 'play').length === 2);
  await until('playing', () => session.status === 'playing');
  assert.deepEqual(realm.log, ['play', 'open field 1', 'drop field', 'open back to field 2', 'leave field', 'play', 'open field 4']);
});

test('an expired ticket is not tried', async () => {
  realm.lifeMs = 1;
  const { session } = connect({ transport: 'websocket' });
  await until('the own entity', () => session.frame(performance.now()).own !== null);
  newest().drop(1006, '');
  await until('a second connection', () => realm.sockets.length === 2 && session.status === 'playing');
  assert.equal(realm.log.at(-1), 'open field 4');
});

test('what was granted for one zone is not tried after the way to another', async () => {
  realm.lifeMs = 60_000;
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  const grant = realm.grant('cave') as { ticket: string };
  realm.useTicket(Buffer.from(grant.ticket, 'base64').toString());
  realm.zone = 'cave';
  newest().tell(Transfer, { grant: JSON.stringify(grant) });
  await until('the other zone', () => session.zone?.name === 'cave' && session.status === 'playing');
  assert.ok(!realm.log.some((l) => l.startsWith('open back')), realm.log.join());
});

test('who is told to leave does not come back by a ticket', async () => {
  realm.lifeMs = 60_000;
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  newest().dismiss(Reason.ServerShutdown, 'The server is restarting.');
  await until('a second connection', () => realm.sockets.length === 2 && session.status === 'playing');
  assert.equal(realm.log.filter((l) => l === 'play').length, 2);
});

test('falls back to WebSocket with its second ticket', async () => {
  realm.lifeMs = 60_000;
  const { session } = connect({ transport: 'auto' });
  await until('playing', () => session.status === 'playing');
  realm.withDeafWebRTC();
  await new Promise((r) => setTimeout(r, 20));
  newest().drop(1006, '');
  await until('playing', () => session.status === 'playing' && realm.sockets.length === 2);
  assert.deepEqual(realm.log, ['play', 'open field 1', 'drop field', 'rtc', 'open back to field 3']);
});

test('a page that goes away says so at once', async () => {
  const g = globalThis as Record<string, unknown>;
  const leaving = new Set<() => void>();
  g['addEventListener'] = (name: string, f: () => void) => name === 'pagehide' && leaving.add(f);
  g['removeEventListener'] = (_: string, f: () => void) => leaving.delete(f);
  try {
    const { session } = connect({ transport: 'websocket' });
    await until('playing', () => session.status === 'playing');
    for (const f of [...leaving]) f();
    assert.equal(session.status, 'closed');
    assert.equal(realm.log.at(-1), 'leave field');
    assert.equal(leaving.size, 0);
  } finally {
    delete g['addEventListener'];
    delete g['removeEventListener'];
  }
});

test('a page that is hidden lets its character stand, until the player says otherwise', async () => {
  const g = globalThis as Record<string, unknown>;
  const listeners = new Set<() => void>();
  const page = {
    visibilityState: 'visible',
    addEventListener: (_: string, f: () => void) => listeners.add(f),
    removeEventListener: (_: string, f: () => void) => listeners.delete(f),
  };
  const turn = (to: string): void => {
    page.visibilityState = to;
    for (const f of listeners) f();
  };
  g['document'] = page;
  try {
    const { session } = connect({ transport: 'websocket' });
    const x = (): number => session.frame(performance.now()).own?.x ?? 0;
    await until('the own entity', () => x() === 125);
    session.setInput({ x: 1, y: 0, buttons: 0 });
    await until('a step', () => x() > 125.5); // the zone of this test always puts it back: what is drawn is a few ticks ahead
    turn('hidden');
    await until('no step', () => x() === 125);
    session.setInput({ x: 1, y: 0, buttons: 0 }); // a game whose clock goes on
    turn('visible');
    await new Promise((r) => setTimeout(r, 300));
    assert.equal(x(), 125);
    session.setInput({ x: 1, y: 0, buttons: 0 });
    await until('a step', () => x() > 125.5);
    session.close();
    assert.equal(listeners.size, 0);
  } finally {
    delete g['document'];
  }
});

test('does not take back what is played elsewhere, though nothing told it so', async () => {
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  realm.player = 'another'; // who said so to a page that slept
  newest().drop(1006, '');
  await until('the end', () => session.status === 'closed');
  assert.match(session.statusText, /played elsewhere/);
  assert.equal(realm.sockets.length, 1);
  const again = connect({ transport: 'websocket' }).session; // the player decides
  await until('playing', () => again.status === 'playing');
});

test('a wish to play takes the character, but not for ever', async () => {
  const { now } = Date;
  try {
    realm.player = 'another';
    realm.refusals.push({ status: 503, title: 'zone-full', detail: 'It is full.' });
    const { session } = connect({ transport: 'websocket' });
    await until('a refusal', () => realm.log.includes('play refused 503'));
    Date.now = () => now() + 3_600_000; // it slept for an hour
    await until('the end', () => session.status === 'closed');
    assert.match(session.statusText, /played elsewhere/);
  } finally {
    Date.now = now;
  }
  realm.refusals.push({ status: 503, title: 'zone-full', detail: 'It is full.' });
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
});

test('comes back after a restart of the server, not before a second has passed', async () => {
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  realm.refusals.push({ status: 503, title: 'zone-down', detail: 'Nobody serves this zone.' });
  const at = performance.now();
  newest().dismiss(Reason.ServerShutdown, 'The server is restarting.');
  await until('reconnecting', () => session.status === 'reconnecting');
  assert.match(session.statusText, /restarting/);
  await until('playing', () => session.status === 'playing');
  assert.ok(performance.now() - at > 1000);
});

for (const [reason, name] of [[Reason.ProtocolError, 'not understood'], [Reason.TakenOver, 'taken over'], [Reason.Kicked, 'kicked'], [Reason.SchemaMismatch, 'outdated']] as const) {
  test(`stays out when ${name}`, async () => {
    const { session } = connect({ transport: 'websocket' });
    await until('playing', () => session.status === 'playing');
    newest().dismiss(reason, 'Words for the player.');
    await until('closed', () => session.status === 'closed');
    assert.equal(session.statusText, 'Words for the player.');
    await new Promise((r) => setTimeout(r, 600));
    assert.equal(realm.sockets.length, 1);
  });
}

test('a refusal that would only be repeated ends it', async () => {
  realm.refusals.push({ status: 401, title: 'signed-out', detail: 'Sign in again.' });
  const { session } = connect({ transport: 'websocket' });
  await until('closed', () => session.status === 'closed');
  assert.equal(session.statusText, 'Sign in again.');
  assert.equal(realm.sockets.length, 0);
});

test('a realm that never answers is asked again', async () => {
  realm.zone = 'bog'; // whose map no other test has loaded
  realm.hangs = ['/v1/play', '/v1/maps/bog'];
  const { session } = connect({ transport: 'websocket' }, 100);
  await until('playing', () => session.status === 'playing');
  assert.deepEqual(realm.log.filter((l) => /play|hang/.test(l)), ['hang /v1/play', 'play', 'hang /v1/maps/bog', 'play']);
});

test('what a proxy says is not the realm’s word', async () => {
  realm.proxied = [404, 200];
  const { session } = connect({ transport: 'websocket' });
  await until('playing', () => session.status === 'playing');
  assert.deepEqual(realm.log.slice(0, 3), ['proxy 404', 'proxy 200', 'play']);
});

test('an offer whose ticket the zone did not take is made again with another grant', async () => {
  realm.withDeafWebRTC();
  realm.refusedOffers = 1;
  const { session } = connect();
  await until('playing', () => session.status === 'playing');
  assert.deepEqual(realm.log, ['play', 'rtc refused', 'play', 'rtc', 'play', 'open field 3']);
});

test('a full zone is tried again', async () => {
  realm.refusals.push({ status: 503, title: 'zone-full', detail: 'The zone is full.' });
  const { session } = connect({ transport: 'websocket' });
  await until('an explanation', () => session.statusText.startsWith('The zone is full.'));
  assert.equal(session.status, 'connecting');
  await until('playing', () => session.status === 'playing');
});

test('the best tier is loaded where a client wants it and the zone offers it, before it is asked for', async () => {
  for (const [tier, offered, loads, why] of [
    ['best', true, 1, ''],
    ['best', false, 0, 'the zone has no best tier'],
    ['fast', true, 0, ''],
  ] as const) {
    realm.best = offered;
    realm.askedBest.length = 0;
    let loaded = 0;
    const load = (): ReturnType<typeof loadBest> => (loaded++, loadBest());
    const { session } = connect({ transport: 'websocket', tier, loadBest: load });
    await until('playing', () => session.status === 'playing');
    assert.deepEqual([realm.askedBest, loaded, session.tierText], [[loads === 1], loads, why], `${tier}, offered: ${offered}`);
    session.close();
  }
});

test('a client whose best tier does not load plays in the fast one, and says so', async () => {
  realm.best = true;
  const warnings: unknown[][] = [];
  const { warn } = console;
  console.warn = (...all) => void warnings.push(all);
  try {
    const { session } = connect({ transport: 'websocket', tier: 'best', loadBest: () => Promise.reject(new TypeError('Failed to fetch')) });
    await until('playing', () => session.status === 'playing');
    assert.deepEqual([realm.askedBest, session.tier, session.tierText], [[false], 'fast', 'the best tier did not load']);
    assert.match(String(warnings[0]?.[0]), /did not load; playing in the fast one/);
  } finally {
    console.warn = warn;
  }
});

test('a best tier that does not come holds nobody up', async () => {
  realm.best = true;
  const { warn } = console;
  console.warn = () => undefined;
  try {
    const { session } = connect({ transport: 'websocket', tier: 'best', loadBest: () => new Promise(() => undefined) });
    await until('playing', () => session.status === 'playing');
    assert.equal(session.tierText, 'the best tier did not load');
  } finally {
    console.warn = warn;
  }
});
