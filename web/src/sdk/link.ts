import { Channel, Goodbye, Heard, Join, Population, Reason, Resume, Say, Transfer, Welcome } from './gen/message';
import { PROTOCOL } from './api';
import { BitWriter } from './bits';
import { TickClock } from './clock';
import type { GameClient } from './game';
import { MAX_INPUTS, writeInputs } from './inputs';
import { Interpolation } from './interpolate';
import type { MapArtefact } from './map';
import { decodeMessage, encodeMessage } from './message';
import type { Meter } from './meter';
import { OwnState } from './ownstate';
import { Prediction } from './predict';
import { Replica } from './replica';
import type { MessageCodec } from './schema';
import { TYPE_BEST, TYPE_SNAPSHOT } from './snapshot';
import type { BestReader, Tier } from './tier';
import { CloseCode, LATEST, RELIABLE, type Lane, type Transport } from './transport';
import type { ChatLine, EntityOf, ViewOf, ZoneInfo } from './view';

const MAX_CATCH_UP = 16; // ticks simulated at once; beyond, the ones between are left out
const SILENCE_MS = 4000; // without a message the connection counts as lost
const SLEPT_MS = 1500; // without a pump this page was asleep, and silence means nothing
const MAX_REFUSALS = 60; // snapshots refused in a row

/** Why a link ended: the zone's own words where it had some, else the transport's. */
export interface LinkEnd {
  reason: Reason | null;
  code: number;
  text: string;
}

/** What a link tells its session. */
export interface LinkEvents {
  /** The own entity is here: the zone can be shown. */
  arrived(): void;
  chat(line: ChatLine): void;
  /** The zone sends us to another one: the JSON of a grant. */
  transfer(grant: string): void;
  /** What to come back with after a drop; it takes the place of what came before. */
  tickets(r: Resume): void;
  /** The server's word moved the own entity, by so many position units. */
  corrected(units: number): void;
  /** Called once; nothing follows. */
  ended(end: LinkEnd): void;
}

/** What a link is made of. */
export interface LinkConfig<S, I> {
  game: GameClient<S, I>;
  transport: Transport;
  map: MapArtefact;
  meter: Meter;
  /** What takes sections of the best tier: it is asked for then. Null: snapshots are fast. */
  sections: BestReader | null;
  events: LinkEvents;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

/** One client in one zone, from Join to the end. */
export class ZoneLink<S, I> {
  zone: ZoneInfo | null = null;
  readonly map: MapArtefact;
  readonly transport: Transport;
  readonly replica: Replica;

  private readonly c: LinkConfig<S, I>;
  private readonly ownState = new OwnState();
  private readonly writer = new BitWriter();
  private clock: TickClock | null = null;
  private prediction: Prediction<S, I> | null = null;
  private readonly context: { map: MapArtefact; tickHz: number };
  private interpolation: Interpolation | null = null;
  private ordered = false;
  private here = false;
  private over = false;
  private input: I;
  private heardMs: number;
  private pumpedMs: number;
  private newestMs = 0; // arrival of the newest snapshot
  private refusals = 0;
  private counted = { in: 0, out: 0 };
  private view: ViewOf<S> = { own: null, entities: [], tick: 0 };

  constructor(c: LinkConfig<S, I>) {
    this.c = c;
    this.map = c.map;
    this.context = { map: c.map, tickHz: 0 };
    this.transport = c.transport;
    this.replica = new Replica(c.game.schema, c.sections);
    this.input = c.game.quantise({ x: 0, y: 0, buttons: 0 });
    this.heardMs = this.pumpedMs = c.now();
    c.transport.listen({
      message: (lane, msg) => this.receive(lane, msg),
      closed: (code, text) => this.end({ reason: null, code, text }),
    });
  }

  /** Asks to enter. */
  join(): void {
    this.send(Join, {
      protocol: PROTOCOL,
      schema: BigInt('0x' + this.c.game.schema.hash),
      mapHash: this.map.hash,
      verify: true,
      client: this.c.game.client,
      best: this.c.sections !== null,
    });
  }

  /** Says a line in the zone. False: it did not go out. */
  say(text: string): boolean {
    return this.send(Say, { text });
  }

  private send<T>(codec: MessageCodec<T>, v: T): boolean {
    return !this.over && this.transport.send(RELIABLE, encodeMessage(codec, v));
  }

  /** Leaves. No event follows. */
  close(text: string): void {
    if (this.over) return;
    this.over = true;
    this.transport.close(CloseCode.Normal, text);
  }

  private end(end: LinkEnd): void {
    if (this.over) return;
    this.over = true;
    // A silence may be in one direction only: told so, the zone keeps the character for us.
    const told = end.code === CloseCode.ProtocolError || end.code === CloseCode.Timeout;
    this.transport.close(told ? end.code : CloseCode.Normal, '');
    this.c.events.ended(end);
  }

  /** What the zone serves. */
  get tier(): Tier {
    return this.replica.sections > 0 ? 'best' : 'fast';
  }

  get rttMs(): number {
    return this.clock?.rttMs ?? 0;
  }

  get jitterMs(): number {
    return this.interpolation?.jitterMs ?? 0;
  }

  get interpolationDelayMs(): number {
    return this.interpolation?.delayMs ?? 0;
  }

  private receive(lane: Lane, msg: Uint8Array): void {
    if (this.over) return;
    const nowMs = this.c.now();
    this.heardMs = nowMs;
    if (lane === LATEST || msg[0] === TYPE_SNAPSHOT || msg[0] === TYPE_BEST) this.takeSnapshot(msg, nowMs);
    else this.takeMessage(msg, nowMs);
    // Messages wake a page whose timers the browser holds back.
    this.pump(nowMs);
  }

  private takeMessage(msg: Uint8Array, nowMs: number): void {
    const { events } = this.c;
    switch (msg[0]) {
      case Welcome.id:
        return this.welcome(decodeMessage(Welcome, msg), nowMs);
      case Goodbye.id: {
        const bye = decodeMessage(Goodbye, msg);
        return this.end({ reason: bye?.reason ?? null, code: CloseCode.Normal, text: bye?.text ?? '' });
      }
      case Transfer.id: {
        const transfer = decodeMessage(Transfer, msg);
        if (transfer !== null) events.transfer(transfer.grant);
        return;
      }
      case Resume.id: {
        const resume = decodeMessage(Resume, msg);
        if (resume !== null) events.tickets(resume);
        return;
      }
      case Heard.id: {
        const heard = decodeMessage(Heard, msg);
        if (heard === null) return;
        const channel = heard.channel === Channel.SystemChannel ? 'system' : 'zone';
        return events.chat({ channel, from: heard.from, text: heard.text, entity: heard.entity === 0 ? undefined : heard.entity });
      }
      case Population.id: {
        const population = decodeMessage(Population, msg);
        if (population !== null && this.zone !== null) this.zone = { ...this.zone, players: population.players };
      }
    }
  }

  private welcome(w: Welcome | null, nowMs: number): void {
    if (w === null || this.clock !== null) return;
    const { game } = this.c;
    this.zone = { name: w.zone, title: w.title, players: w.players, capacity: w.capacity };
    this.ordered = w.ordered;
    this.clock = new TickClock(w.tickHz, w.tick, nowMs);
    const place = (s: S): { x: number; y: number } => this.replica.own?.codec.position(s) ?? { x: 0, y: 0 };
    this.context.tickHz = w.tickHz;
    this.prediction = new Prediction(game, this.context, place);
    this.interpolation = new Interpolation(w.tickHz, game.teleportUnits);
  }

  private takeSnapshot(msg: Uint8Array, nowMs: number): void {
    const { clock, prediction, interpolation } = this;
    // Datagrams may overtake the Welcome. What they say is said again until it is acknowledged.
    if (clock === null || prediction === null || interpolation === null) return;
    const before = this.replica.tick;
    const { header, refusal } = this.replica.apply(msg);
    if (refusal === 'stale' || refusal === 'malformed') return this.refused(refusal);
    if (refusal === null && header.tickHz !== 0 && header.tickHz !== this.context.tickHz) {
      this.context.tickHz = header.tickHz; // the prediction goes on with it
      clock.setRate(header.tickHz, header.tick, nowMs);
      interpolation.setRate(header.tickHz);
    }
    clock.report(header, nowMs);
    if (refusal !== null) return this.refused(refusal);
    this.refusals = 0;
    this.newestMs = nowMs;
    const gap = before === 0 ? 0 : header.tick - before;
    interpolation.push(this.replica, nowMs);
    this.c.meter.add({ snapshots: 1, lost: this.ordered || gap === 0 ? 0 : Math.round(gap / interpolation.stride) - 1 });
    const own = this.replica.own;
    if (own === null) return;
    if (this.ownState.current(header.tick, gap, interpolation.stride, own.tick, this.ordered)) {
      const moved = prediction.reconcile(header.tick, own.state as S, this.phase(nowMs));
      if (moved > 0) this.c.events.corrected(moved);
    }
    if (!this.here) {
      this.here = true;
      this.c.events.arrived();
    }
  }

  private refused(why: string): void {
    if (why === 'stale') return;
    if (++this.refusals < MAX_REFUSALS) return;
    this.end({ reason: null, code: CloseCode.ProtocolError, text: `The zone's messages could not be understood (${why}).` });
  }

  /** How far the tick in progress is: 0 at its beginning, 1 at its end. */
  private phase(nowMs: number): number {
    const tick = this.prediction?.tick ?? 0;
    return tick === 0 ? 0 : Math.max(0, Math.min(1, (this.clock?.at(nowMs) ?? tick) - tick));
  }

  /** Sets what the player holds down. */
  setInput(input: I): void {
    this.input = input;
  }

  /** Milliseconds until there is something to do; call {@link pump} then. */
  wait(nowMs: number): number {
    const { clock, prediction } = this;
    if (clock === null || prediction === null || prediction.tick === 0) return 20;
    return clock.until(prediction.tick + 1, nowMs);
  }

  /** Does what is due: simulates ticks, sends inputs, notices silence. */
  pump(nowMs: number): void {
    if (this.over) return;
    if (nowMs - this.pumpedMs > SLEPT_MS) this.heardMs = nowMs;
    this.pumpedMs = nowMs;
    if (nowMs - this.heardMs > SILENCE_MS) {
      this.end({ reason: null, code: CloseCode.Timeout, text: 'The zone fell silent.' });
      return;
    }
    this.count(nowMs);
    const { clock, prediction } = this;
    if (clock === null || prediction === null) return;
    const due = Math.floor(clock.at(nowMs));
    const from = prediction.tick === 0 ? due : prediction.tick + 1;
    if (from > due) return;
    for (let tick = Math.max(from, due - MAX_CATCH_UP + 1); tick <= due; tick++) prediction.advance(tick, this.input);
    this.sendInputs(clock, prediction, nowMs);
  }

  private sendInputs(clock: TickClock, prediction: Prediction<S, I>, nowMs: number): void {
    const ack = this.replica.ack;
    // What the server has simulated already needs no saying.
    const inputs = prediction.inputs(Math.max(1, Math.min(MAX_INPUTS, prediction.tick - ack.tick)));
    const clientTime = Math.round(nowMs) % 65536;
    const view = this.interpolation?.shown ?? 0;
    const header = { ackTick: ack.tick, ackOlder: ack.older, clientTime, newest: prediction.tick, view };
    if (this.transport.send(LATEST, writeInputs(this.writer, this.c.game.input, header, inputs))) clock.sent(clientTime, nowMs);
    if (this.newestMs > 0) this.c.meter.add({ ageMs: nowMs - this.newestMs + clock.rttMs / 2, samples: 1 });
  }

  private count(nowMs: number): void {
    const { bytesIn, bytesOut } = this.transport;
    this.c.meter.add({ bytesIn: bytesIn - this.counted.in, bytesOut: bytesOut - this.counted.out });
    this.c.meter.slide(nowMs);
    this.counted = { in: bytesIn, out: bytesOut };
  }

  /** What to draw now; after the end, what was drawn last. */
  frame(nowMs: number): ViewOf<S> {
    const { prediction, interpolation } = this;
    if (this.over || prediction === null || interpolation === null) return this.view;
    const scale = 1 / this.c.game.unitsPerPixel;
    const mine = this.replica.own;
    const drawn = prediction.draw(this.input, this.phase(nowMs), nowMs);
    const entities: EntityOf<S>[] = [];
    for (const d of interpolation.draw(nowMs)) {
      if (d.id === mine?.id) continue;
      entities.push({ id: d.id, kind: d.codec.name, own: false, x: d.at.x * scale, y: d.at.y * scale, state: d.state as S });
    }
    let own: EntityOf<S> | null = null;
    if (mine !== null && drawn !== null) {
      own = { id: mine.id, kind: mine.codec.name, own: true, x: drawn.at.x * scale, y: drawn.at.y * scale, state: drawn.state };
      entities.push(own);
    }
    this.view = { own, entities, tick: interpolation.tick };
    return this.view;
  }
}
