import type { EntityCodec } from './schema';
import type { Replica } from './replica';
import type { Replicated } from './replicated';
import type { Point } from './predict';

// Others are drawn a little in the past, between two states that are here already. How far in the past follows the
// jitter of the snapshots.

const MIN_DELAY = 1.5; // in snapshots
const MAX_DELAY = 4;
const WINDOW = 64; // arrivals by which lateness is judged
const LATE_QUANTILE = 0.95;
const MARGIN = 0.25; // snapshots
const LOSS_MARGIN = 0.75; // where packets get lost, so that one lost is bridged
const MAX_SLEW = 0.08; // the drawn time runs faster or slower by at most this share
const JUMP = 8; // snapshots off, beyond which it is set
const EXTRAPOLATE = 1.5; // snapshots that a movement is carried on without news
const STALE = 4; // snapshots: a longer silence of an entity means that it stood still
const MAX_SAMPLES = 48; // of one entity
const BLEND_MS = 100; // a wrong guess is blended out with this time constant
const ZERO: Point = { x: 0, y: 0 };

interface Sample {
  tick: number;
  at: Point;
  state: unknown;
  /** It was not there the snapshot before, or far away: nothing glides to it. */
  cut: boolean;
}

interface Track {
  id: number;
  codec: EntityCodec<unknown>;
  samples: Sample[]; // by rising ticks
  goneAt: number; // tick; Infinity: it is there
  drawn: Point; // where it was drawn last
  guessed: boolean; // … beyond its newest sample
  offset: Point; // what is left of a wrong guess
}

/** An entity as it is to be drawn now. */
export interface Drawn {
  id: number;
  codec: EntityCodec<unknown>;
  state: unknown;
  /** In position units, with fractions. */
  at: Point;
}

/** All entities but the own one, smoothly. */
export class Interpolation {
  private tickMs: number;
  private readonly teleportUnits: number;
  private readonly tracks = new Map<number, Track>();
  private readonly arrivals: number[] = []; // arrival minus the tick's time, ms
  private readonly gaps: number[] = []; // ticks between snapshots
  private delay = 2; // ticks
  private first = 0; // tick of the first snapshot
  private newest = 0;
  private before = 0; // the snapshot before the newest
  private drawnTick = -1;
  private drawnMs = 0;

  constructor(tickHz: number, teleportUnits: number) {
    this.tickMs = 1000 / tickHz;
    this.teleportUnits = teleportUnits;
  }

  /** How far in the past others are drawn, ms. */
  get delayMs(): number {
    return this.delay * this.tickMs;
  }

  /** The tick that is drawn, with its fraction. */
  get tick(): number {
    return Math.max(0, this.drawnTick);
  }

  /**
   * The tick that is on the screen, with its fraction; 0: nothing is yet. It may differ from {@link tick}: before the first snapshot there is
   * nothing to be drawn, and while none comes a movement is carried on only so far.
   */
  get shown(): number {
    if (this.drawnMs === 0 || this.newest === 0) return 0;
    return Math.max(this.first, Math.min(this.newest + EXTRAPOLATE * this.stride, this.drawnTick));
  }

  /** From the snapshot on that is pushed next so many ticks come a second. */
  setRate(tickHz: number): void {
    this.tickMs = 1000 / tickHz;
    this.arrivals.length = 0;
  }

  /** How late snapshots are against the earliest ones, ms: the lateness that few exceed. */
  jitterMs = 0;

  /** Ticks from one snapshot to the next where none is lost. */
  get stride(): number {
    return this.gaps.length === 0 ? 1 : Math.min(...this.gaps);
  }

  /** Takes in a snapshot that was just applied. */
  push(replica: Replica, nowMs: number): void {
    const tick = replica.tick;
    if (this.newest === 0) this.first = tick;
    else remember(this.gaps, tick - this.newest);
    remember(this.arrivals, nowMs - tick * this.tickMs);
    this.before = this.newest;
    this.newest = tick;
    for (const e of replica.despawned) {
      const track = this.tracks.get(e.id);
      if (track !== undefined) track.goneAt = tick;
    }
    for (const e of replica.all()) if (e.tick === tick) this.take(e, tick);
    this.adapt();
  }

  private take(e: Replicated, tick: number): void {
    let track = this.tracks.get(e.id);
    const back = track !== undefined && track.goneAt !== Infinity;
    if (track === undefined) {
      track = { id: e.id, codec: e.codec, samples: [], goneAt: Infinity, drawn: ZERO, guessed: false, offset: ZERO };
      this.tracks.set(e.id, track);
    }
    track.goneAt = Infinity;
    const at = e.codec.position(e.state);
    const last = track.samples.at(-1);
    let cut = back || last === undefined;
    if (last !== undefined && !cut) {
      // The budget leaves an entity out for a few snapshots at most; a longer silence meant that nothing changed.
      if (tick - last.tick > STALE * this.stride && this.before > last.tick) {
        track.samples.push({ ...last, tick: this.before, cut: false });
      }
      cut = Math.hypot(at.x - last.at.x, at.y - last.at.y) >= this.teleportUnits;
    }
    track.samples.push({ tick, at: { x: at.x, y: at.y }, state: e.state, cut });
    if (track.samples.length > MAX_SAMPLES) track.samples.shift();
  }

  /** Sets the delay by how late snapshots come and whether some do not come at all. */
  private adapt(): void {
    const sorted = [...this.arrivals].sort((a, b) => a - b);
    const late = sorted[Math.floor((sorted.length - 1) * LATE_QUANTILE)] ?? 0;
    this.jitterMs = late - (sorted[0] ?? 0);
    const stride = this.stride;
    const lossy = this.gaps.filter((g) => g > stride).length > this.gaps.length * 0.02;
    const wanted = stride * (1 + MARGIN + (lossy ? LOSS_MARGIN : 0)) + this.jitterMs / this.tickMs;
    const limited = Math.max(MIN_DELAY * stride, Math.min(MAX_DELAY * stride, wanted));
    // Up at once, since what is drawn stutters until then; down slowly, since nobody is in a hurry.
    this.delay = limited > this.delay ? limited : this.delay + (limited - this.delay) * 0.02;
  }

  /** Everything as it is to be drawn now. */
  draw(nowMs: number): Drawn[] {
    if (this.newest === 0) return [];
    const fade = Math.exp(-Math.max(0, nowMs - this.drawnMs) / BLEND_MS);
    this.run(nowMs);
    const out: Drawn[] = [];
    for (const track of this.tracks.values()) {
      if (track.goneAt <= this.drawnTick) {
        this.tracks.delete(track.id);
        continue;
      }
      const drawn = this.drawTrack(track);
      if (drawn === null) continue;
      out.push({ ...drawn, at: this.blend(track, drawn.at, fade) });
    }
    return out;
  }

  /** Glides from where a guess had put an entity to where it was. */
  private blend(track: Track, at: Point, fade: number): Point {
    const guess = this.drawnTick > (track.samples.at(-1)?.tick ?? 0);
    if (track.guessed && !guess) {
      const off = { x: track.drawn.x - at.x, y: track.drawn.y - at.y };
      track.offset = Math.hypot(off.x, off.y) < this.teleportUnits ? off : ZERO;
    } else {
      track.offset = { x: track.offset.x * fade, y: track.offset.y * fade };
    }
    track.guessed = guess;
    track.drawn = { x: at.x + track.offset.x, y: at.y + track.offset.y };
    return track.drawn;
  }

  /** Moves the drawn time on, gently towards where it ought to be. */
  private run(nowMs: number): void {
    const passed = Math.max(0, nowMs - this.drawnMs) / this.tickMs;
    this.drawnMs = nowMs;
    const wanted = (nowMs - Math.min(...this.arrivals)) / this.tickMs - this.delay;
    const off = wanted - (this.drawnTick + passed);
    if (this.drawnTick < 0 || Math.abs(off) > JUMP * this.stride) {
      this.drawnTick = wanted;
      return;
    }
    const slew = Math.max(-MAX_SLEW, Math.min(MAX_SLEW, off * 0.1));
    this.drawnTick += passed * (1 + slew);
  }

  private drawTrack(track: Track): Drawn | null {
    const { samples } = track;
    const t = this.drawnTick;
    while (samples.length > 2 && (samples[1] as Sample).tick <= t) samples.shift();
    const a = samples[0];
    const b = samples[1];
    if (a === undefined) return null;
    const as = (s: Sample, at: Point): Drawn => ({ id: track.id, codec: track.codec, state: s.state, at });
    if (t < a.tick) return a.tick <= this.first ? as(a, a.at) : null; // not there yet, but for those who were before us
    if (b === undefined) return as(a, a.at);
    if (t < b.tick) {
      if (b.cut) return as(a, a.at);
      const f = (t - a.tick) / (b.tick - a.tick);
      return as(b, { x: a.at.x + (b.at.x - a.at.x) * f, y: a.at.y + (b.at.y - a.at.y) * f });
    }
    return as(b, this.beyond(a, b, t));
  }

  /** Carries a movement on for a moment while no snapshot comes. One that came without the entity says: it stopped. */
  private beyond(a: Sample, b: Sample, t: number): Point {
    const span = b.tick - a.tick;
    if (b.cut || b.tick < this.newest || span > STALE * this.stride) return b.at;
    const f = Math.min(t - b.tick, EXTRAPOLATE * this.stride) / span;
    return { x: b.at.x + (b.at.x - a.at.x) * f, y: b.at.y + (b.at.y - a.at.y) * f };
  }
}

function remember(list: number[], v: number): void {
  list.push(v);
  if (list.length > WINDOW) list.shift();
}
