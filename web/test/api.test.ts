import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RealmApi } from '../src/sdk/api';

test('the token of the last login with a password goes with the next one', async () => {
  const shown: string[] = [];
  let tokens = 0;
  const before = globalThis.fetch;
  globalThis.fetch = ((url: string, init?: RequestInit) => {
    const path = new URL(url).pathname;
    const header = (init?.headers as Record<string, string> | undefined)?.['Authorization'] ?? '';
    shown.push(`${path} ${header.replace('Bearer ', '')}`);
    if (path === '/v1/logout') return Promise.resolve(new Response(null, { status: 204 }));
    const account = { id: '1', name: 'Ann', guest: path === '/v1/guest', role: 'player' };
    return Promise.resolve(Response.json({ token: `t${++tokens}`, account }));
  }) as typeof fetch;
  try {
    const api = new RealmApi('http://realm.test');
    await api.register('Ann', 'secret-secret'); // t1
    await api.logout();
    await api.guest(); // t2
    assert.equal(api.earlier, 't1');
    await api.login('Ann', 'secret-secret'); // t3
    assert.equal(api.token, 't3');
    assert.equal(api.earlier, 't3');
    await api.logout();
    await api.guest(); // t4
    await api.upgrade('Bea', 'secret-secret');
    assert.equal(api.earlier, 't4');
    const next = new RealmApi('http://realm.test'); // another visit, with what the page has kept
    next.earlier = 't4';
    await next.login('Bea', 'secret-secret');
    assert.deepEqual(shown, [
      '/v1/register ', '/v1/logout t1', '/v1/guest ', '/v1/login t1', '/v1/logout t3', '/v1/guest ', '/v1/upgrade t4', '/v1/login t4',
    ]);
  } finally {
    globalThis.fetch = before;
  }
});

test('a path is the gateway\'s, also below a path of a proxy', () => {
  const at = (base: string, page?: string): string => {
    const global = globalThis as { document?: unknown };
    if (page !== undefined) global.document = { baseURI: page };
    try {
      return new RealmApi(base).url('/v1/maps/ab?x=%2F');
    } finally {
      delete global.document;
    }
  };
  for (const [base, page, want] of [
    ['', 'https://host.test/', 'https://host.test'],
    ['', 'https://host.test/?transport=websocket#top', 'https://host.test'],
    ['', 'https://host.test/game/', 'https://host.test/game'],
    ['', 'https://host.test/game/index.html?tier=best', 'https://host.test/game'],
    ['', 'https://host.test:8443/a/b%20c/', 'https://host.test:8443/a/b%20c'],
    ['/game', 'https://host.test/elsewhere/', 'https://host.test/game'],
    ['./game/', 'https://host.test/games/', 'https://host.test/games/game'],
    ['https://play.test', 'https://itch.test/game/', 'https://play.test'],
    ['https://play.test/game', undefined, 'https://play.test/game'],
    ['https://play.test/game/', undefined, 'https://play.test/game'],
    ['https://play.test/game//?x=1#y', undefined, 'https://play.test/game'],
    ['HTTPS://PLAY.test/Game/', undefined, 'https://play.test/Game'],
  ] as const) {
    assert.equal(at(base, page), `${want}/v1/maps/ab?x=%2F`, `${base} on ${page ?? 'no page'}`);
  }
  const api = new RealmApi('https://play.test/game/');
  assert.equal(api.url('wss://zone1.test/ws'), 'wss://zone1.test/ws');
  assert.equal(api.url('//other.test/v1'), 'https://play.test/game//other.test/v1');
  for (const path of ['', '@other.test/', 'v1/realm', 'https://other.test/', 'ws:other.test', 'javascript:1']) {
    assert.throws(() => api.url(path), /is no path on it/, path);
  }
});
