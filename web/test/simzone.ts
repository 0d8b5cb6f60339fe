// A small zone and a bad network, all in one thread and on simulated time: what a ZoneLink plays against in tests. The
// zone follows the rules of the real one: it sends a state that changed twice at once, then again until acknowledged.
import { BitWriter } from '../src/sdk/bits';
import { crc32 } from '../src/sdk/crc32';
import { readInputs, type InputHeader } from '../src/sdk/inputs';
import { ZoneLink, type LinkEnd } from '../src/sdk/link';
import type { MapArtefact } from '../src/sdk/map';
import { decodeMessage, encodeMessage } from '../src/sdk/message';
import { Meter } from '../src/sdk/meter';
import { step, type MoveState } from '../src/sdk/mover';
import { rpg, type Npc } from '../src/game/rpg';
import { writeHeader } from '../src/sdk/snapshot';
import { LATEST, RELIABLE, type Lane, type Transport, type TransportEvents } from '../src/sdk/transport';
import { Join, Welcome } from '../src/sdk/gen/message';
import type { ViewOf } from '../src/sdk/view';
import { Input, NPC, Player } from '../src/game/gen/rpg';
import { seeded } from './files';

const PARAMS = { speed: 1280, halfW: 96, halfH: 80 };
const RESEND = 8;

/** An open field of 64×64 tiles with a wall in column 40. */
export const field: MapArtefact = {
  hash: '00'.repeat(32), name: 'field', title: 'Field', width: 64, height: 64, tile_px: 16, layers: [], portals: [], spawns: [], props: {},
  solid: (tx, ty) => tx < 0 || ty < 0 || tx >= 64 || ty >= 64 || (tx === 40 && ty !== 10),
};

export interface Network {
  /** One way, ms. */
  delay: number;
  /** Up to so many ms more for each datagram. */
  jitter: number;
  /** Share of datagrams lost. */
  loss: number;
  /** The same for what the zone sends, where that differs. */
  lossDown?: number;
}

/** One entity as the zone serves it. */
class Served<T> {
  changed = 0; // tick
  acked = 0; // newest acknowledged snapshot that held it
  lastSent = 0;
  sends = 0;
  sentIn = new Set<number>();

  constructor(
    readonly id: number,
    readonly own: boolean,
    public state: T,
  ) {}

  set(tick: number, state: T): void {
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    this.changed = tick;
    this.sends = 0;
  }

  due(tick: number): boolean {
    if (this.acked >= this.changed && this.acked > 0) return false;
    return this.sends < 2 || tick - this.lastSent >= RESEND;
  }
}

/** One client in one zone. */
export class Sim {
  nowMs = 100_000;
  tick = 1000;
  readonly link: ZoneLink<Player | Npc, Input>;
  readonly ends: LinkEnd[] = [];
  corrected: number[] = [];
  starved = 0;
  ticks = 0;
  leads: number[] = [];
  messages: Uint8Array[] = [];
  /** Told of every input packet as it leaves. */
  sent: (packet: InputHeader) => void = () => undefined;
  /** How the zone's clock runs against the client's. */
  tickMs: number;
  /** Whether the client's timer works. */
  timers = true;
  own: Served<Player>;
  npc: Served<NPC>;
  walkNpc = true;

  private readonly random: () => number;
  private inFlight: { at: number; up: boolean; lane: Lane; msg: Uint8Array }[] = [];
  private events: TransportEvents | null = null;
  private readonly inputs = new Map<number, Input>();
  private last: Input = Input.create();
  private missing = 0;
  private echo: { time: number; at: number; newest: number; lead: number } | null = null;
  private nextTickMs: number;
  private nextPumpMs = 0;
  private nextFrameMs = 0;
  private playing = false;
  private verify = false;
  private reliableFree = { up: 0, down: 0 };

  constructor(
    public net: Network,
    private tickHz = 20,
    seed = 1,
    clockRate = 1,
  ) {
    this.random = seeded(seed);
    this.tickMs = (1000 / tickHz) * clockRate;
    this.nextTickMs = this.nowMs + 13;
    this.own = new Served(65536, true, { ...Player.create(), body: { x: 2560, y: 2560, facing: 0 } });
    this.npc = new Served(65537, false, { ...NPC.create(), body: { x: 1000, y: 4000, facing: 2 } });
    this.own.changed = this.npc.changed = this.tick;
    this.link = new ZoneLink({
      game: rpg, transport: this.transport(), map: field, meter: new Meter(), sections: null, now: () => this.nowMs,
      events: {
        arrived: () => undefined,
        tickets: () => undefined,
        chat: () => undefined,
        transfer: () => undefined,
        corrected: (units) => void this.corrected.push(units),
        ended: (end) => void this.ends.push(end),
      },
    });
    this.link.join();
  }

  private transport(): Transport {
    const sim = this;
    return {
      kind: 'webrtc', bytesIn: 0, bytesOut: 0,
      listen: (events) => void (sim.events = events),
      send: (lane, msg) => {
        const packet = lane === LATEST ? readInputs(msg, Input) : null;
        if (packet !== null) sim.sent(packet.header);
        sim.post(true, lane, msg.slice());
        return true;
      },
      close: () => undefined,
    };
  }

  private post(up: boolean, lane: Lane, msg: Uint8Array): void {
    const at = this.nowMs + this.net.delay + this.random() * this.net.jitter;
    const loss = up ? this.net.loss : (this.net.lossDown ?? this.net.loss);
    if (lane === LATEST) {
      if (this.random() >= loss) this.inFlight.push({ at, up, lane, msg });
      return;
    }
    // The reliable lane pays for a loss with a round trip, and keeps its order.
    const paid = this.random() < loss ? at + 2 * this.net.delay + 50 : at;
    const way = up ? 'up' : 'down';
    this.reliableFree[way] = Math.max(this.reliableFree[way], paid);
    this.inFlight.push({ at: this.reliableFree[way], up, lane, msg });
  }

  /** Lets so many milliseconds pass, drawing 60 times a second. */
  run(ms: number, frame: (view: ViewOf<Player | Npc>, nowMs: number) => void = () => undefined): void {
    for (const end = this.nowMs + ms; this.nowMs < end; ) {
      this.nowMs++;
      this.deliver();
      if (this.nowMs >= this.nextTickMs) {
        this.nextTickMs += this.tickMs;
        this.step();
      }
      if (this.timers && this.nowMs >= this.nextPumpMs) {
        this.link.pump(this.nowMs);
        this.nextPumpMs = this.nowMs + Math.max(1, Math.min(50, this.link.wait(this.nowMs)));
      }
      if (this.timers && this.nowMs >= this.nextFrameMs) {
        this.nextFrameMs += 1000 / 60;
        if (this.nextFrameMs < this.nowMs) this.nextFrameMs = this.nowMs;
        frame(this.link.frame(this.nowMs), this.nowMs);
      }
    }
  }

  private deliver(): void {
    const due = this.inFlight.filter((p) => p.at <= this.nowMs).sort((a, b) => a.at - b.at);
    if (due.length === 0) return;
    this.inFlight = this.inFlight.filter((p) => p.at > this.nowMs);
    for (const p of due) {
      if (!p.up) this.events?.message(p.lane, p.msg);
      else if (p.lane === LATEST) this.takeInputs(p.msg);
      else this.takeReliable(p.msg);
    }
  }

  private takeReliable(msg: Uint8Array): void {
    this.messages.push(msg);
    const join = decodeMessage(Join, msg);
    if (join === null) return;
    this.playing = true;
    this.verify = join.verify;
    const welcome = { tick: this.tick, tickHz: this.tickHz, entity: this.own.id, zone: 'field', title: 'Field', ordered: false, players: 2, capacity: 10 };
    this.post(false, RELIABLE, encodeMessage(Welcome, welcome));
  }

  private takeInputs(msg: Uint8Array): void {
    const packet = readInputs(msg, Input);
    if (packet === null) throw new Error('malformed input packet');
    const { header } = packet;
    for (const s of [this.own, this.npc]) {
      for (const t of s.sentIn) {
        const back = header.ackTick - t;
        if (back === 0 || (back > 0 && back <= 32 && (header.ackOlder >>> (back - 1)) & 1)) {
          s.acked = Math.max(s.acked, t);
          s.sentIn.delete(t);
        }
      }
    }
    packet.inputs.forEach((input, i) => {
      const tick = header.newest - i;
      if (tick > this.tick && !this.inputs.has(tick)) this.inputs.set(tick, input);
    });
    if (this.echo !== null && header.newest < this.echo.newest) return;
    const lead = Math.trunc((header.newest - this.tick - 1) * 16 + ((this.nextTickMs - this.nowMs) * 16) / this.tickMs);
    this.echo = { time: header.clientTime, at: this.nowMs, newest: header.newest, lead: Math.max(-2048, Math.min(2047, lead)) };
  }

  private step(): void {
    this.tick++;
    if (!this.playing) return;
    const tick = this.tick;
    let input = this.inputs.get(tick);
    this.inputs.delete(tick);
    if (input === undefined) {
      this.missing++;
      input = this.missing > 4 ? Input.create() : this.last;
    } else {
      this.missing = 0;
    }
    this.last = input;
    this.ticks++;
    if (this.missing > 0) this.starved++;
    if (!this.own.state.self.held) {
      const body = this.walk(this.own.state.body, input.moveX, input.moveY);
      this.own.set(tick, { ...this.own.state, body: body as Player['body'] });
    }
    if (this.walkNpc) {
      const body = this.npc.state.body;
      this.npc.set(tick, { ...this.npc.state, body: { ...body, x: body.x + 40 } });
    }
    this.send();
  }

  /** Changes how many ticks come a second, from the next snapshot on. */
  setRate(tickHz: number): void {
    this.tickMs *= this.tickHz / tickHz;
    this.tickHz = tickHz;
  }

  private walk(s: MoveState, x: number, y: number): MoveState {
    return step(field, s, { x, y }, { ...PARAMS, tickHz: this.tickHz }, this.tick);
  }

  /** Puts the player somewhere, as rules may. */
  place(x: number, y: number): void {
    this.own.set(this.tick, { ...this.own.state, body: { ...this.own.state.body, x, y } });
    this.own.changed = this.tick + 1;
  }

  private send(): void {
    const w = new BitWriter();
    const sum = new BitWriter();
    const e = this.echo;
    this.echo = null;
    writeHeader(w, {
      section: false,
      tick: this.tick, verify: this.verify, echo: e?.time ?? null, holdMs: e === null ? 0 : Math.min(255, this.nowMs - e.at),
      lead: e?.lead ?? 0, starved: this.missing > 0, tickHz: this.tickHz,
    });
    if (e !== null) this.leads.push(e.lead / 16);
    let next = 0;
    const records = [
      { slot: 0, s: this.own, write: (to: BitWriter) => Player.write(to, this.own.state, true), kind: Player.kind },
      { slot: 3, s: this.npc, write: (to: BitWriter) => NPC.write(to, this.npc.state, false), kind: NPC.kind },
    ];
    const due = records.filter(({ s }) => s.due(this.tick));
    w.bool(false); // no snapshot is named
    w.varuint(due.length, 2);
    if (due.length > 0) w.uint(10, 4); // gaps whole, in ten bits
    for (const { slot, s, write, kind } of due) {
      w.bool(false);
      w.uint(slot - next, 10);
      next = slot + 1;
      w.uint(0b01, 2);
      w.varuint(s.id, 8);
      w.uint(kind, 6);
      w.bool(s.own);
      write(w);
      sum.uint(s.id, 32);
      write(sum);
      s.lastSent = this.tick;
      s.sends++;
      s.sentIn.add(this.tick);
    }
    if (this.verify) w.uint(crc32(sum.bytes()), 32);
    this.post(false, LATEST, w.bytes().slice());
  }

  /** What the player holds down. */
  hold(x: number, y: number): void {
    this.link.setInput(rpg.quantise({ x, y, buttons: 0 }));
  }
}
