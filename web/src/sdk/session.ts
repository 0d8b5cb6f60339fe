import { newClient, parseGrant, type Grant, type RealmApi } from './api';
import { Dialer, type TransportChoice } from './dial';
import { Emitter } from './emitter';
import type { GameClient, RawInput } from './game';
import { ZoneLink, type LinkEnd } from './link';
import { Loop, nowMs, sleep } from './loop';
import { forgetMap, loadMap, type MapArtefact } from './map';
import { Meter, type Stats } from './meter';
import { ResumeTickets, unspent } from './resume';
import { afterEnd, afterError, backOff, type Verdict } from './retry';
import { askBest, loadBest, type BestChunk, type Tier } from './tier';
import { TRANSPORTS, type TransportKind } from './transport';
import type { ChatLine, ViewOf, ZoneInfo } from './view';

const JOIN_MS = 8000; // from an open transport to the own entity
const STEADY_MS = 5000; // of play, after which a drop begins a new series of tries
const DECISION_MS = 60_000; // for which a player's wish to play counts while the realm has not granted it; beyond, the machine may have slept

export type SessionStatus = 'connecting' | 'playing' | 'handover' | 'reconnecting' | 'closed';

/** What a session tells, by name. */
export interface SessionEvents {
  /** The status or its text changed. */
  status: { status: SessionStatus; text: string };
  chat: ChatLine;
  /** The way to another zone begins. */
  handover: { name: string; title: string };
  /** The zone has another map than the one before. */
  map: MapArtefact;
  /** The server's word moved the own entity, by so many pixels. */
  correction: { px: number };
}

export interface SessionOptions {
  transport?: TransportChoice;
  /** The tier of snapshots to ask for; fast where it is left out. Where best is not to be had, fast comes. */
  tier?: Tier;
  /** How to load what the best tier takes; where it is left out, as a chunk of this very package. */
  loadBest?: () => Promise<BestChunk>;
}

const NOTHING: RawInput = { x: 0, y: 0, buttons: 0 };

function hidden(): boolean {
  return globalThis.document?.visibilityState === 'hidden';
}

/** What ends a link's time as the current one. */
type Next = { grant: Grant } | { end: LinkEnd };

/**
 * One character's play: it enters the zone where the character is, follows it through portals, and comes back after a
 * drop. The game draws what {@link frame} says.
 */
export class GameSession<S, I> {
  private readonly game: GameClient<S, I>;
  private readonly api: RealmApi;
  private readonly character: string;
  private readonly client = newClient();
  private readonly decidedMs = Date.now(); // by the clock on the wall, which goes on while a machine sleeps
  private granted = false;
  private readonly wanted: Tier;
  private readonly loadBest: () => Promise<BestChunk>;
  private tierWhy = '';
  private readonly dialer: Dialer;
  private readonly tickets = new ResumeTickets();
  private readonly emitter = new Emitter<SessionEvents>();
  private readonly meter = new Meter();
  private readonly aborter = new AbortController();
  private readonly loop = new Loop((ms) => this.pump(ms));
  private readonly leave = (): void => this.close();
  private readonly turn = (): void => {
    if (hidden()) this.letGo();
  };

  private current: ZoneLink<S, I> | null = null;
  private joining: ZoneLink<S, I> | null = null;
  private state: SessionStatus = 'connecting';
  private text = 'Connecting…';
  private input: I;
  private failed: TransportKind | null = null; // the best transport that did not get through
  private corrections = 0;
  private past = { checked: 0, desyncs: 0 }; // of links that ended

  constructor(game: GameClient<S, I>, api: RealmApi, character: string, options: SessionOptions = {}) {
    this.game = game;
    this.api = api;
    this.character = character;
    this.wanted = options.tier ?? 'fast';
    this.loadBest = options.loadBest ?? loadBest;
    this.dialer = new Dialer(api, options.transport ?? 'auto');
    this.input = game.quantise(NOTHING);
    this.loop.start();
    // A page that goes away says so, so that the zone need not wait for the silence.
    globalThis.addEventListener?.('pagehide', this.leave);
    globalThis.document?.addEventListener('visibilitychange', this.turn);
    void this.run();
  }

  get status(): SessionStatus {
    return this.state;
  }

  /** For the player: what goes on, or why it does not. */
  get statusText(): string {
    return this.text;
  }

  get transport(): TransportKind | null {
    return this.current?.transport.kind ?? null;
  }

  /** The tier of the snapshots that come. */
  get tier(): Tier {
    return this.current?.tier ?? 'fast';
  }

  /** Why the best tier, which was wanted, was not asked for; empty otherwise. */
  get tierText(): string {
    return this.tierWhy;
  }

  get zone(): ZoneInfo | null {
    return this.current?.zone ?? null;
  }

  get map(): MapArtefact | null {
    return this.current?.map ?? null;
  }

  get stats(): Stats {
    const link = this.current;
    return {
      ...this.meter.read(nowMs()),
      rttMs: link?.rttMs ?? 0,
      jitterMs: link?.jitterMs ?? 0,
      interpolationDelayMs: link?.interpolationDelayMs ?? 0,
      corrections: this.corrections,
      desyncs: this.past.desyncs + (link?.replica.desyncs ?? 0),
      viewsChecked: this.past.checked + (link?.replica.checked ?? 0),
    };
  }

  /** Calls fn at each event of that name; the result stops it. */
  on<K extends keyof SessionEvents>(event: K, fn: (v: SessionEvents[K]) => void): () => void {
    return this.emitter.on(event, fn);
  }

  /** Sets what the player holds down, until the next call. In a page that is hidden that is nothing: nobody looks where the character goes. */
  setInput(raw: RawInput): void {
    this.hold(this.game.quantise(hidden() ? NOTHING : raw));
  }

  /** The player lets go of everything. */
  private letGo(): void {
    this.hold(this.game.quantise(NOTHING));
    this.pump(nowMs());
  }

  private hold(input: I): void {
    this.input = input;
    this.current?.setInput(input);
    this.joining?.setInput(input);
  }

  /** Says a line in the zone; lost where there is no connection. */
  sendChat(text: string): void {
    if (text.trim() !== '') this.current?.say(text);
  }

  /** What to draw now; ms is of performance.now, as requestAnimationFrame gives it. */
  frame(ms: number): ViewOf<S> {
    this.pump(ms);
    return this.current?.frame(ms) ?? { own: null, entities: [], tick: 0 };
  }

  /** Leaves for good. */
  close(): void {
    this.finish('You left.');
  }

  private finish(text: string): void {
    if (this.state === 'closed') return;
    this.aborter.abort();
    this.loop.stop();
    globalThis.removeEventListener?.('pagehide', this.leave);
    globalThis.document?.removeEventListener('visibilitychange', this.turn);
    this.joining?.close('left');
    this.current?.close('left');
    this.say('closed', text);
  }

  private say(status: SessionStatus, text: string): void {
    if (this.state === 'closed' || (this.state === status && this.text === text)) return;
    this.state = status;
    this.text = text;
    this.emitter.emit('status', { status, text });
  }

  private pump(ms: number): number {
    this.current?.pump(ms);
    this.joining?.pump(ms);
    return this.current?.wait(ms) ?? 20;
  }

  /** Plays until that ends for good. */
  private async run(): Promise<void> {
    const { signal } = this.aborter;
    // A zone that we were in, and the realm, are tried by turns: either may be away.
    let resumes = true;
    for (let tries = 0; !signal.aborted; tries++) {
      const began = nowMs();
      let verdict: Verdict;
      let refused = false; // by the zone, which is no failure of the realm's
      this.dialer.prepare(began);
      const pass: Grant | null = resumes ? this.tickets.take(began) : null;
      try {
        verdict = afterEnd(await this.play(pass ?? (await this.askGrant())));
        resumes = true;
        if (!verdict.resumable) this.tickets.clear();
        refused = pass !== null && !verdict.resumable;
      } catch (e) {
        if (signal.aborted) return;
        verdict = afterError(e);
        resumes = pass === null;
        if (pass !== null) {
          if (unspent(e)) this.tickets.giveBack();
          verdict.again = true; // the realm decides
        }
      } finally {
        this.dialer.discard();
      }
      if (!verdict.again) return this.finish(verdict.text);
      if (verdict.wrongMap && this.current !== null) forgetMap(this.current.map.hash);
      if (refused || nowMs() - began > STEADY_MS) tries = 0;
      this.say(this.current === null ? 'connecting' : 'reconnecting', `${verdict.text} Trying again…`);
      const atOnce = tries === 0 && verdict.resumable && this.tickets.ready(nowMs());
      await sleep(atOnce ? 0 : Math.max(verdict.atLeastMs, backOff(tries, Math.random())), signal).catch(() => undefined);
    }
  }

  /** Only the player takes a character from another client: whoever plays when this session comes back by itself was told to since. */
  private async askGrant(): Promise<Grant> {
    const returning = this.granted || Date.now() - this.decidedMs > DECISION_MS;
    const grant = await this.api.play(this.character, this.game.schema.hash, { client: this.client, returning }, this.aborter.signal);
    this.granted = true;
    this.tickets.clear(); // the character is no session's but the new one's
    return grant;
  }

  /** Another grant for the same zone, when a try has used one up. */
  private async freshGrant(): Promise<Grant> {
    return this.tickets.take(nowMs()) ?? (await this.askGrant());
  }

  /** Plays from a grant on, through portals, until a link ends. */
  private async play(grant: Grant): Promise<LinkEnd> {
    for (;;) {
      const next = await this.enter(grant);
      if ('end' in next) return next.end;
      grant = next.grant;
      this.tickets.clear();
      this.say('handover', `Travelling to ${grant.zone.title}…`);
      this.emitter.emit('handover', { name: grant.zone.name, title: grant.zone.title });
    }
  }

  /**
   * Enters a grant's zone and stays until its link ends or sends us on. The link before stays until this one has
   * arrived: make before break.
   */
  private async enter(grant: Grant): Promise<Next> {
    const { signal } = this.aborter;
    const say = (text: string): void => this.say(this.state, text);
    const load = (g: Grant): Promise<MapArtefact> => loadMap(this.api.url(g.map.url), g.map.hash, this.api.patienceMs);
    const map = load(grant);
    map.catch(() => undefined); // awaited below, unless dialling fails first
    const asked = askBest(this.wanted, grant.zone.best === true, this.game.schema, this.loadBest);
    const dialled = await this.dialer.dial(grant, () => this.freshGrant(), say, nowMs(), signal);
    this.failed = dialled.failed[0] ?? (this.failed === dialled.transport.kind ? null : this.failed);
    let ground: MapArtefact;
    try {
      // A fresh grant may be for another zone than the first.
      ground = await (dialled.grant.map.hash === grant.map.hash ? map : load(dialled.grant));
    } catch (e) {
      dialled.transport.close(0, 'no map');
      throw e;
    }
    const { sections, why } = await asked;
    this.tierWhy = why;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        link.close('the zone did not let us in');
        if (this.joining === link) this.joining = null;
        reject(new Error('The zone does not answer.'));
      }, JOIN_MS);
      const link: ZoneLink<S, I> = new ZoneLink({
        game: this.game, transport: dialled.transport, map: ground, meter: this.meter, sections, now: nowMs,
        events: {
          arrived: () => {
            clearTimeout(late);
            this.swap(link);
          },
          tickets: (r) => this.tickets.set(dialled.grant, r, nowMs()),
          chat: (line) => this.emitter.emit('chat', line),
          transfer: (json) => {
            const next = parseGrant(json);
            if (next !== null) resolve({ grant: next });
          },
          corrected: (units) => {
            this.corrections++;
            this.emitter.emit('correction', { px: units / this.game.unitsPerPixel });
          },
          ended: (end) => {
            clearTimeout(late);
            if (this.joining === link) this.joining = null;
            resolve({ end });
          },
        },
      });
      this.joining = link;
      link.setInput(this.input);
      signal.addEventListener('abort', () => clearTimeout(late), { once: true });
      say('Entering…');
      link.join();
    });
  }

  /** Makes an arrived link the current one and lets go of the one before. */
  private swap(link: ZoneLink<S, I>): void {
    const old = this.current;
    this.current = link;
    this.joining = null;
    if (old !== null) {
      this.past.checked += old.replica.checked;
      this.past.desyncs += old.replica.desyncs;
      old.close('handed-over');
    }
    if (old?.map.hash !== link.map.hash) this.emitter.emit('map', link.map);
    const over = `Playing over ${TRANSPORTS[link.transport.kind]}`;
    this.say('playing', this.failed === null ? `${over}.` : `${over}; ${TRANSPORTS[this.failed]} does not get through here.`);
  }
}
