// The client simulates ahead of the server, just so far that its inputs come in time. The server tells by how much each
// input was early (its lead); the clock is steered by it.

const MAX_STEER = 0.05; // of the speed
const CORRECTION_S = 1; // an error is steered out over about this time
const FAR_LATE_MS = 120; // errors beyond these are jumped over
const FAR_EARLY_MS = 300;
const FAR_COUNT = 4; // that many measurements in a row must say so
const SETTLING = 6; // first measurements, on which the clock is set at once
const BASE_LEAD = 1; // ticks: so that the next packet, with its redundancy, makes up for a lost one
const MAX_JITTER_LEAD = 3; // ticks
const STARVED_STEP = 0.1; // ticks more margin for each tick that the server had no input for
const MAX_STARVED = 1.5;
const STARVED_DECAY = 0.02; // ticks per second
const MEMORY = 64; // packets remembered until their echo
const GAIN = 1 / 8;

/** What a snapshot's header says of time. */
export interface ClockReport {
  tick: number;
  echo: number | null;
  holdMs: number;
  lead: number;
  starved: boolean;
}

interface SentPacket {
  clientTime: number;
  atMs: number;
  steered: number;
}

/** The client's tick clock. Times are milliseconds of a clock that never goes back. */
export class TickClock {
  /** Round trip, ms; 0: not measured yet. */
  rttMs = 0;
  /** Mean deviation of the round trip, ms. */
  rttJitterMs = 0;
  /** Times that the clock was set rather than steered. */
  jumps = 0;

  private tickMs: number;
  private readonly startMs: number;
  private position: number; // ticks, at refMs
  private refMs: number;
  private rate = 1;

  private readonly sentPackets: SentPacket[] = [];
  private lead = 0; // what the lead would be had the clock never been steered, ticks
  private leadJitter = 0.25; // mean deviation of that, ticks
  private measured = 0;
  private far = 0;
  private starved = 0;
  private starvedMs: number;

  /** Begins where the server was in serverTick as it sent what came at nowMs. */
  constructor(tickHz: number, serverTick: number, nowMs: number) {
    this.tickMs = 1000 / tickHz;
    this.startMs = this.refMs = this.starvedMs = nowMs;
    // Two ticks for the way there and back and one of margin are a guess; the first measurement sets it right.
    this.position = serverTick + 3;
  }

  /** Where the client is, in ticks and fractions; a whole number is the beginning of that tick. */
  at(nowMs: number): number {
    return this.position + (Math.max(0, nowMs - this.refMs) / this.tickMs) * this.rate;
  }

  /** After a tick so many come a second. The time since it, and how early inputs come, stay what they are. */
  setRate(tickHz: number, tick: number, nowMs: number): void {
    const ratio = this.tickMs / (1000 / tickHz);
    const early = (this.lead + this.steered(nowMs)) * ratio;
    this.position = tick + (this.at(nowMs) - tick) * ratio;
    this.refMs = nowMs;
    this.tickMs = 1000 / tickHz;
    this.lead = early - this.steered(nowMs);
    this.leadJitter *= ratio;
    this.sentPackets.length = 0; // they left by another measure
  }

  /** When the clock will reach a tick, ms from nowMs; not positive: it has. */
  until(tick: number, nowMs: number): number {
    return ((tick - this.at(nowMs)) * this.tickMs) / this.rate;
  }

  /** The lead that is aimed at, in ticks. */
  get target(): number {
    return BASE_LEAD + Math.min(MAX_JITTER_LEAD, 2 * this.leadJitter) + this.starved;
  }

  /** Notes that a packet with this clientTime goes out. */
  sent(clientTime: number, nowMs: number): void {
    this.sentPackets.push({ clientTime, atMs: nowMs, steered: this.steered(nowMs) });
    if (this.sentPackets.length > MEMORY) this.sentPackets.shift();
  }

  /** How many ticks the clock is ahead of one that was never steered. */
  private steered(nowMs: number): number {
    return this.at(nowMs) - (nowMs - this.startMs) / this.tickMs;
  }

  /** Takes what a snapshot says and steers. True: the clock jumped. */
  report(r: ClockReport, nowMs: number): boolean {
    this.relax(r.starved, nowMs);
    const packet = r.echo === null ? undefined : this.takeEcho(r.echo);
    if (packet !== undefined) {
      this.roundTrip(Math.max(0, nowMs - packet.atMs - r.holdMs));
      // The steering since that packet left is not in its lead yet. Counting it keeps the loop from overshooting.
      return this.measure(r.lead / 16 - packet.steered, nowMs);
    }
    // Without a measurement one thing is sure: the server is past this tick.
    if (this.at(nowMs) < r.tick + 1) return this.jump(r.tick + 1 + this.target - this.at(nowMs), nowMs);
    return false;
  }

  private takeEcho(clientTime: number): SentPacket | undefined {
    const i = this.sentPackets.findLastIndex((p) => p.clientTime === clientTime);
    if (i < 0) return undefined;
    const packet = this.sentPackets[i];
    this.sentPackets.splice(0, i + 1);
    return packet;
  }

  private roundTrip(ms: number): void {
    if (this.rttMs === 0) {
      this.rttMs = ms;
      return;
    }
    this.rttJitterMs += GAIN * (Math.abs(ms - this.rttMs) - this.rttJitterMs);
    this.rttMs += GAIN * (ms - this.rttMs);
  }

  private measure(lead: number, nowMs: number): boolean {
    const deviation = lead - this.lead;
    const error = this.target - (lead + this.steered(nowMs));
    if (this.measured++ < SETTLING) {
      this.lead = this.measured === 1 ? lead : this.lead + deviation / this.measured;
      const off = this.target - (this.lead + this.steered(nowMs));
      return Math.abs(off) > 0.5 ? this.jump(off, nowMs) : this.steer(off, nowMs);
    }
    const isFar = error * this.tickMs > FAR_LATE_MS || error * this.tickMs < -FAR_EARLY_MS;
    this.far = isFar ? this.far + 1 : 0;
    if (this.far >= FAR_COUNT) {
      this.lead = lead; // the path is another one now
      return this.jump(error, nowMs);
    }
    if (!isFar) {
      this.leadJitter += (GAIN / 2) * (Math.abs(deviation) - this.leadJitter);
      this.lead += GAIN * deviation;
    }
    return this.steer(this.target - (this.lead + this.steered(nowMs)), nowMs);
  }

  private steer(error: number, nowMs: number): boolean {
    this.position = this.at(nowMs);
    this.refMs = nowMs;
    const wanted = (error * this.tickMs) / 1000 / CORRECTION_S;
    this.rate = 1 + Math.max(-MAX_STEER, Math.min(MAX_STEER, wanted));
    return false;
  }

  private jump(ticks: number, nowMs: number): boolean {
    this.position = this.at(nowMs) + ticks;
    this.refMs = nowMs;
    this.rate = 1;
    this.far = 0;
    this.jumps++;
    return true;
  }

  private relax(starved: boolean, nowMs: number): void {
    const seconds = (nowMs - this.starvedMs) / 1000;
    this.starvedMs = nowMs;
    this.starved = Math.max(0, this.starved - seconds * STARVED_DECAY);
    // Before inputs can have come, there are none: that says nothing of the margin.
    if (starved && this.measured > SETTLING) this.starved = Math.min(MAX_STARVED, this.starved + STARVED_STEP);
  }
}
