// A figure on a small canvas: a look shown outside the world, in the same pixels.
import type { Art } from '../game/art';
import { cellOf, composePlayer, FEET_Y, type FigureLook, FRAME_H, FRAME_W } from '../game/figure';
import { el } from './dom';

/** Facings that a walking preview turns through, and for how long (ms) each. */
const TURN = [0, 1, 3, 2] as const;
const TURN_MS = 1500;
const STEP_MS = 170;
/** Free pixels around the figure. */
const MARGIN = 2;
const WIDTH = FRAME_W + MARGIN * 2;
const HEIGHT = FRAME_H + MARGIN * 2;
const WALK = [1, 0, 2, 0] as const;

export class Portrait {
  readonly node: HTMLCanvasElement;
  private readonly strip = document.createElement('canvas');

  constructor(
    private readonly art: Art,
    look: FigureLook,
    label: string,
  ) {
    this.node = el('canvas', { class: 'portrait', role: 'img', ariaLabel: label });
    this.node.width = WIDTH;
    this.node.height = HEIGHT;
    this.wear(look);
  }

  wear(look: FigureLook): void {
    const image = composePlayer(this.art.figures, look);
    this.strip.width = image.width;
    this.strip.height = image.height;
    this.strip.getContext('2d')?.putImageData(image, 0, 0);
    this.show(0, 0);
  }

  private show(facing: number, step: number): void {
    const context = this.node.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.fillStyle = '#1d143350';
    context.fillRect(WIDTH / 2 - 6, MARGIN + FEET_Y - 2, 12, 4);
    context.fillRect(WIDTH / 2 - 8, MARGIN + FEET_Y - 1, 16, 2);
    context.drawImage(this.strip, cellOf(facing, step) * FRAME_W, 0, FRAME_W, FRAME_H, MARGIN, MARGIN, FRAME_W, FRAME_H);
  }

  /** Walks on the spot, turning round; for the time of an animation frame. */
  walk(nowMs: number): void {
    this.show(TURN[Math.floor(nowMs / TURN_MS) % TURN.length] ?? 0, WALK[Math.floor(nowMs / STEP_MS) % WALK.length] ?? 0);
  }
}
