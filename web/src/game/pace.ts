// Watches how long frames take, and says when a device cannot keep up. Pure: times come in as arguments.

/** A frame longer than this on average (ms) is slow: fewer than about 35 a second. */
const SLOW_MS = 28;
/** Time constant of the average, in frames. */
const FRAMES = 45;
/** Longer than this (ms) is no frame but a pause: a hidden tab, a sleeping machine. */
const PAUSE_MS = 1000;

export class Pace {
  private average = 16;

  /** Takes the time since the last frame; reports whether frames have been slow for a while. */
  slow(dtMs: number): boolean {
    if (dtMs < PAUSE_MS) this.average += (dtMs - this.average) / FRAMES;
    return this.average > SLOW_MS;
  }
}
