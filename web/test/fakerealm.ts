// The browser's own parts that a Session needs and Node lacks (WebSocket, a WebRTC that never gets through), and a realm
// behind fetch. The real ones are driven in a real browser elsewhere; this is for what those rarely do: refuse and break.
import { createHash } from 'node:crypto';
import { BitWriter } from '../src/sdk/bits';
import { decodeMessage, encodeMessage } from '../src/sdk/message';
import type { MessageCodec } from '../src/sdk/schema';
import { writeHeader } from '../src/sdk/snapshot';
import { LATEST, RELIABLE } from '../src/sdk/transport';
import { Goodbye, Join, Reason, Resume, Say, Welcome } from '../src/sdk/gen/message';
import { Player, schema } from '../src/game/gen/rpg';

const side = 16;
const mapJson = (name: string): string => JSON.stringify({
  format: 1, name, title: name.toUpperCase(), width: side, height: side, tile_px: 16,
  layers: [{ name: 'terrain', tiles: Array<number>(side * side).fill(1) }],
  solid: Buffer.alloc((side * side) / 8).toString('base64'),
  portals: [], spawns: [{ name: 'start', x: 2000, y: 2000 }], props: {},
});
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The last things that happened, in order. */
export type Log = string[];

/** A realm with two zones; every connection is a {@link FakeSocket}. */
export class FakeRealm {
  readonly log: Log = [];
  readonly sockets: FakeSocket[] = [];
  /** What /v1/play answers next instead of a grant. */
  refusals: { status: number; title: string; detail: string }[] = [];
  /** Paths whose next request is never answered, as on a connection whose other end is gone. */
  hangs: string[] = [];
  /** Statuses that a proxy answers /v1/play with next. */
  proxied: number[] = [];
  /** Offers to refuse. */
  refusedOffers = 0;
  /** Where the character is. */
  zone = 'field';
  /** The life of resume tickets; 0: zones give none. */
  lifeMs = 0;
  /** Zones offer the best tier. */
  best = false;
  /** Who asked for the best tier in Join, in order. */
  readonly askedBest: boolean[] = [];
  /** The client that the character was granted to last; a test that puts another in its place has it played elsewhere. */
  player: string | null = null;
  /** The zone keeps the character of who was cut off. */
  keeps = true;
  private tickets = 0;
  private readonly used = new Set<string>();

  install(): () => void {
    const g = globalThis as Record<string, unknown>;
    const before = { fetch: g['fetch'], WebSocket: g['WebSocket'], RTCPeerConnection: g['RTCPeerConnection'] };
    const realm = this;
    g['fetch'] = (url: string, init?: RequestInit) => {
      const path = new URL(url).pathname;
      const at = this.hangs.indexOf(path);
      if (at < 0) return Promise.resolve(this.answer(path, init));
      this.hangs.splice(at, 1);
      this.log.push(`hang ${path}`);
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    };
    g['WebSocket'] = class extends FakeSocket {
      constructor(url: string) {
        super(realm, url);
      }
    };
    return () => {
      for (const s of this.sockets) s.stop();
      Object.assign(g, before);
    };
  }

  /** A WebRTC that signals and then never opens. */
  withDeafWebRTC(): void {
    const channel = (): object => ({ readyState: 'connecting', close: () => undefined });
    (globalThis as Record<string, unknown>)['RTCPeerConnection'] = class {
      connectionState = 'connecting';
      createDataChannel(): object {
        return channel();
      }
      createOffer(): Promise<object> {
        return Promise.resolve({ type: 'offer', sdp: 'v=0' });
      }
      setLocalDescription(): Promise<void> {
        return Promise.resolve();
      }
      setRemoteDescription(): Promise<void> {
        return Promise.resolve();
      }
      close(): void {
        this.connectionState = 'closed';
      }
    };
  }

  grant(zone: string): object {
    const text = mapJson(zone);
    return {
      session: '1', character: '2', zone: { name: zone, title: zone, tick_hz: 20, ...(this.best && { best: true }) }, map: { hash: sha256(text), url: `/v1/maps/${zone}` },
      ticket: Buffer.from(`${zone} ${++this.tickets}`).toString('base64'), secret: '', suite: 1, expires: '',
      endpoints: [
        { transport: 'smoke', url: 'https://hill.example' }, // of a newer server: every test plays on with it
        { transport: 'kcp', addr: '127.0.0.1:1' }, { transport: 'webrtc', url: '/v1/rtc/1' }, { transport: 'websocket', url: `/v1/ws/${zone}` },
        { transport: 'constructor' },
      ],
      schema: schema.hash, snapshots: 'latest',
    };
  }

  /** Two tickets to come back to a zone with. */
  resumeTickets(zone: string): Resume {
    const pass = (): { ticket: Uint8Array; secret: Uint8Array } => ({ ticket: Buffer.from(`back to ${zone} ${++this.tickets}`), secret: new Uint8Array(32) });
    return { tickets: [pass(), pass()], lifeMs: this.lifeMs };
  }

  private answer(path: string, init?: RequestInit): Response {
    const json = (status: number, body: object): Response => new Response(JSON.stringify(body), { status });
    if (path === '/v1/play') {
      const proxied = this.proxied.shift();
      if (proxied !== undefined) {
        this.log.push(`proxy ${proxied}`);
        return new Response('default backend', { status: proxied }); // no JSON
      }
      const asked = JSON.parse(String(init?.body)) as { schema: string; client: string; returning: boolean };
      if (asked.schema !== schema.hash) return json(409, { title: 'client-outdated', detail: 'update', status: 409 });
      const refusal = this.refusals.shift();
      this.log.push(refusal === undefined ? 'play' : `play refused ${refusal.status}`);
      if (refusal !== undefined) return json(refusal.status, refusal);
      if (asked.returning && this.player !== null && this.player !== asked.client) {
        return json(409, { title: 'played-elsewhere', detail: 'It is played elsewhere now.' });
      }
      this.player = asked.client;
      return json(200, this.grant(this.zone));
    }
    if (path.startsWith('/v1/maps/')) return new Response(mapJson(path.slice(9)));
    if (path === '/v1/rtc/1') {
      if (this.refusedOffers > 0) {
        this.refusedOffers--;
        this.log.push('rtc refused');
        return json(403, { title: 'signal-refused', detail: 'Ask /v1/play again.' });
      }
      const { ticket } = JSON.parse(String(init?.body)) as { ticket: string };
      this.used.add(Buffer.from(ticket, 'base64').toString());
      this.log.push('rtc');
      return json(200, { sdp: 'v=0' });
    }
    return json(404, { title: 'not-found', detail: path });
  }

  /** Single use, as in the real one. */
  useTicket(text: string): boolean {
    const fresh = !this.used.has(text);
    this.used.add(text);
    return fresh;
  }
}

/** The client's end of a WebSocket, with the zone's end inside. */
export class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = '';
  onopen: (() => void) | null = null;
  onclose: ((e: { code: number; reason: string }) => void) | null = null;
  onmessage: ((e: { data: ArrayBuffer }) => void) | null = null;
  readonly zone: string;
  readonly said: string[] = [];
  private readonly realm: FakeRealm;
  private timer: ReturnType<typeof setInterval> | null = null;
  private tick = 100;
  private greeted = false;
  private back = false;

  constructor(realm: FakeRealm, url: string) {
    this.realm = realm;
    this.zone = new URL(url).pathname.slice(7);
    realm.sockets.push(this);
    setTimeout(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.();
    }, 2);
  }

  send(data: Uint8Array): void {
    if (!this.greeted) {
      this.greeted = true;
      const text = Buffer.from(data).toString();
      if (!this.realm.useTicket(text)) this.drop(4007, 'ticket used');
      this.back = text.startsWith('back');
      this.realm.log.push(`open ${text}`);
      return;
    }
    if (data[0] !== RELIABLE) return;
    const msg = data.subarray(1);
    const join = decodeMessage(Join, msg);
    if (join !== null) {
      this.realm.askedBest.push(join.best);
      if (this.back && !this.realm.keeps) return this.dismiss(Reason.AttachRefused, 'Your place is gone.');
      this.welcome();
    }
    const say = decodeMessage(Say, msg);
    if (say !== null) this.said.push(say.text);
  }

  private welcome(): void {
    this.tell(Welcome, { tick: this.tick, tickHz: 20, entity: 7, zone: this.zone, title: this.zone.toUpperCase(), ordered: false, players: 1, capacity: 9 });
    if (this.realm.lifeMs > 0) this.tell(Resume, this.realm.resumeTickets(this.zone));
    this.timer = setInterval(() => this.snapshot(), 50);
  }

  private snapshot(): void {
    const w = new BitWriter();
    this.tick++;
    writeHeader(w, { section: false, tick: this.tick, verify: false, echo: null, holdMs: 0, lead: 0, starved: false, tickHz: 0 });
    w.bool(false); // no snapshot is named
    w.varuint(1, 2);
    w.uint(0, 4);
    w.bool(false); // no gap
    w.uint(0b01, 2);
    w.varuint(7, 8);
    w.uint(Player.kind, 6);
    w.bool(true);
    Player.write(w, { ...Player.create(), body: { x: 2000, y: 2000, facing: 0 } }, true);
    this.frame(LATEST, w.bytes());
  }

  tell<T>(codec: MessageCodec<T>, v: T): void {
    this.frame(RELIABLE, encodeMessage(codec, v));
  }

  /** A Goodbye, and the close behind it. */
  dismiss(reason: Goodbye['reason'], text: string): void {
    this.tell(Goodbye, { reason, text });
    this.drop(4000, text);
  }

  private frame(lane: number, msg: Uint8Array): void {
    const frame = new Uint8Array(1 + msg.length);
    frame[0] = lane;
    frame.set(msg, 1);
    if (this.readyState === 1) this.onmessage?.({ data: frame.buffer });
  }

  /** The zone's end goes away. */
  drop(code: number, reason: string): void {
    this.stop();
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.realm.log.push(`drop ${this.zone}`);
    this.onclose?.({ code, reason });
  }

  /** The client's end goes away. */
  close(): void {
    this.stop();
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.realm.log.push(`leave ${this.zone}`);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}
