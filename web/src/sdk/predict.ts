import type { GameClient, ZoneContext } from './game';

const HISTORY = 256; // ticks remembered; a round trip must fit
const SMOOTH_MS = 80; // a correction is blended out with this time constant

interface Step<S, I> {
  tick: number;
  input: I;
  /** After the tick; null: not known, since nothing was known of the tick before. */
  state: S | null;
}

/** A point in position units. */
export interface Point {
  x: number;
  y: number;
}

/**
 * The own entity, predicted: each client tick at once, with the server's code; each of the server's states is compared
 * with what was predicted for its tick, and where they differ, the inputs since then are played again on top of it.
 * What is drawn glides to where it ought to be.
 */
export class Prediction<S, I> {
  /** Times that the server's word moved the own entity. */
  corrections = 0;

  private readonly game: GameClient<S, I>;
  private readonly zone: ZoneContext;
  private readonly place: (s: S) => Point;
  private steps: Step<S, I>[] = []; // consecutive ticks
  private server: S | null = null; // newest
  private ahead: { input: I; state: S } | null = null; // the tick after the newest, with the input of now
  private offset: Point = { x: 0, y: 0 }; // of what is drawn
  private drawnMs = 0;

  constructor(game: GameClient<S, I>, zone: ZoneContext, place: (s: S) => Point) {
    this.game = game;
    this.zone = zone;
    this.place = place;
  }

  /** The newest tick predicted; 0: none. */
  get tick(): number {
    return this.steps.at(-1)?.tick ?? 0;
  }

  /** Inputs of the newest ticks, the newest first. */
  inputs(most: number): I[] {
    return this.steps.slice(-most).reverse().map((s) => s.input);
  }

  /** Goes on by one tick. Where the clock jumped ahead, the ticks between are taken as standing still. */
  advance(tick: number, input: I): void {
    const last = this.steps.at(-1);
    if (last !== undefined && tick <= last.tick) return;
    const state = last?.state == null ? null : this.game.predict(last.state, input, tick, this.zone);
    // Packets carry consecutive ticks, so that nothing from before a jump may stay.
    if (last !== undefined && tick !== last.tick + 1) this.steps = [];
    this.steps.push({ tick, input, state });
    if (this.steps.length > HISTORY) this.steps.shift();
    if (this.ahead !== null && state !== null) {
      const drawn = this.place(this.ahead.state);
      const real = this.place(state);
      this.shift(drawn.x - real.x, drawn.y - real.y); // the input changed since the last frame
    }
    this.ahead = null;
  }

  /** Takes the server's state after a tick. It returns how far the own entity was moved by it, in position units. */
  reconcile(tick: number, server: S, phase: number): number {
    this.server = server;
    const last = this.steps.at(-1);
    if (last === undefined) return 0;
    const before = last.state === null ? null : this.model(phase);
    const at = tick - (this.steps[0] as Step<S, I>).tick;
    const known = this.steps[at];
    if (known?.state != null && this.game.agrees(known.state, server)) {
      this.steps.splice(0, at); // what is older is settled
      return 0;
    }
    // A tick from before the first input: up to there the server had none of ours either.
    this.replay(at < 0 ? 0 : at + 1, server);
    if (at >= 0) this.steps.splice(0, Math.min(at, this.steps.length - 1));
    const newest = this.steps.at(-1) as Step<S, I>;
    if (this.ahead !== null && newest.state !== null) {
      this.ahead.state = this.game.predict(newest.state, this.ahead.input, newest.tick + 1, this.zone);
    }
    return before === null ? 0 : this.moved(before, this.model(phase));
  }

  private replay(from: number, state: S): void {
    if (from >= this.steps.length) {
      // The clock runs behind the server: its state is the newest there is.
      (this.steps.at(-1) as Step<S, I>).state = state;
      return;
    }
    if (from > 0) (this.steps[from - 1] as Step<S, I>).state = state;
    for (const s of this.steps.slice(from)) {
      state = this.game.predict(state, s.input, s.tick, this.zone);
      s.state = state;
    }
  }

  private moved(before: Point, after: Point): number {
    const x = before.x - after.x;
    const y = before.y - after.y;
    const distance = Math.hypot(x, y);
    if (distance === 0) return 0;
    this.corrections++;
    if (distance >= this.game.teleportUnits) this.offset = { x: 0, y: 0 };
    else this.shift(x, y);
    return distance;
  }

  private shift(x: number, y: number): void {
    this.offset = { x: this.offset.x + x, y: this.offset.y + y };
  }

  /** Where the own entity is between two ticks; phase 0 is the newest tick, 1 the one after it. */
  private model(phase: number): Point {
    const newest = this.steps.at(-1)?.state;
    if (newest == null) return { x: 0, y: 0 };
    const a = this.place(newest);
    const b = this.ahead === null ? a : this.place(this.ahead.state);
    if (Math.hypot(b.x - a.x, b.y - a.y) >= this.game.teleportUnits) return a;
    return { x: a.x + (b.x - a.x) * phase, y: a.y + (b.y - a.y) * phase };
  }

  /**
   * What to draw now: the state, and where. The tick in progress is drawn as it will be with the input of now, so that
   * the figure answers at the next frame and not at the next tick.
   */
  draw(input: I, phase: number, nowMs: number): { state: S; at: Point } | null {
    const newest = this.steps.at(-1);
    if (newest === undefined || newest.state === null || this.server === null) return null;
    this.lookAhead(newest.tick + 1, newest.state, input, phase);
    const fade = Math.exp(-Math.max(0, nowMs - this.drawnMs) / SMOOTH_MS);
    this.drawnMs = nowMs;
    this.offset = { x: this.offset.x * fade, y: this.offset.y * fade };
    const at = this.model(phase);
    const state = this.game.adopt(this.ahead?.state ?? newest.state, this.server);
    return { state, at: { x: at.x + this.offset.x, y: at.y + this.offset.y } };
  }

  private lookAhead(tick: number, from: S, input: I, phase: number): void {
    if (this.ahead !== null && this.game.input.equal(this.ahead.input, input)) return;
    const changed = this.ahead !== null;
    const before = this.model(phase);
    this.ahead = { input, state: this.game.predict(from, input, tick, this.zone) };
    if (!changed) return;
    const after = this.model(phase);
    this.shift(before.x - after.x, before.y - after.y);
  }
}
