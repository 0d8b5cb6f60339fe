import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { RealmApi, type Grant } from '../src/sdk/api';
import { Dialer, type TransportChoice } from '../src/sdk/dial';
import { FakeRealm } from './fakerealm';

let realm: FakeRealm;
let uninstall: () => void;

beforeEach(() => {
  realm = new FakeRealm();
  uninstall = realm.install();
});

afterEach(() => uninstall());

const grant = (): Grant => realm.grant('field') as Grant;

/** Dials once, and says what was told on the way. */
async function dial(dialer: Dialer, g: Grant, nowMs = 0): Promise<{ kind: string; failed: string[]; said: string[] }> {
  const said: string[] = [];
  const fresh = (): Promise<Grant> => Promise.resolve(grant());
  const { transport, failed } = await dialer.dial(g, fresh, (text) => said.push(text), nowMs, new AbortController().signal);
  transport.close(0, '');
  return { kind: transport.kind, failed, said };
}

const dialer = (choice: TransportChoice): Dialer => new Dialer(new RealmApi('http://realm.test'), choice);

test('transports that this client does not know, or this browser has not, are passed over', async () => {
  assert.equal(grant().endpoints[0]?.transport, 'smoke');
  assert.deepEqual(await dial(dialer('auto'), grant()), { kind: 'websocket', failed: [], said: ['Connecting over WebSocket…'] });
});

test('what failed is avoided for a while, but not where nothing else is offered', async () => {
  realm.withDeafWebRTC();
  const d = dialer('auto');
  const first = await dial(d, grant());
  assert.deepEqual(first, {
    kind: 'websocket', failed: ['webrtc'],
    said: ['Connecting over WebRTC…', 'WebRTC does not get through; falling back to WebSocket…'],
  });
  assert.deepEqual((await dial(d, grant(), 60_000)).failed, []);
  assert.deepEqual((await dial(d, grant(), 600_000)).failed, ['webrtc']);
});

test('the order is that of the grant', async () => {
  realm.withDeafWebRTC();
  const g = grant();
  g.endpoints.reverse();
  assert.deepEqual(await dial(dialer('auto'), g), { kind: 'websocket', failed: [], said: ['Connecting over WebSocket…'] });
});

test('a zone without a transport of ours says so', async () => {
  const g = grant();
  g.endpoints = g.endpoints.filter((e) => e.transport !== 'websocket');
  await assert.rejects(dial(dialer('websocket'), g), /no transport that this client has/);
  await assert.rejects(dial(dialer('auto'), g), /no transport that this client has/);
});
