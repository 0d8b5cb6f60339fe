// All ways to walk, joined: whichever pushes hardest wins.
import { Keys } from './keys';
import { readPad } from './pad';
import { Stick } from './stick';

export class Controls {
  private readonly keys = new Keys();
  private readonly stick: Stick;

  constructor(surface: HTMLElement, host: HTMLElement) {
    this.stick = new Stick(surface, host);
  }

  /** The wish to move, a vector no longer than 1. */
  read(): { x: number; y: number } {
    let best: readonly [number, number] = [0, 0];
    for (const way of [this.keys.read(), readPad(), this.stick.read()]) {
      if (Math.hypot(...way) > Math.hypot(...best)) best = way;
    }
    const force = Math.max(1, Math.hypot(...best));
    return { x: best[0] / force, y: best[1] / force };
  }
}
