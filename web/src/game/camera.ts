// The camera follows a point with a little lag, stays inside the map and keeps pixels whole.

/** How fast the camera catches up, per second. */
const CATCH_UP = 9;
/** A target farther than this (px) is a teleport: the camera jumps. */
const JUMP = 160;
/** World pixels along the geometric mean of the screen's sides, about. */
const VIEW = 330;

export interface Viewport {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export class Camera {
  /** centre of the view, px of the world */
  x = 0;
  y = 0;
  /** device pixels per world pixel, whole */
  scale = 3;
  private width = 1;
  private height = 1;
  private placed = false;

  constructor(public smooth: boolean) {}

  /** Sizes in CSS pixels; ratio is device pixels per CSS pixel. */
  resize(cssWidth: number, cssHeight: number, ratio: number): void {
    const wanted = Math.sqrt(cssWidth * cssHeight) / VIEW;
    this.scale = Math.max(1, Math.round(Math.max(wanted, 2) * ratio));
    this.width = (cssWidth * ratio) / this.scale;
    this.height = (cssHeight * ratio) / this.scale;
  }

  /** The next follow() jumps instead of gliding. */
  release(): void {
    this.placed = false;
  }

  follow(x: number, y: number, dtMs: number): void {
    const far = Math.hypot(x - this.x, y - this.y) > JUMP;
    const k = this.smooth && this.placed && !far ? 1 - Math.exp((-CATCH_UP * dtMs) / 1000) : 1;
    this.x += (x - this.x) * k;
    this.y += (y - this.y) * k;
    this.placed = true;
  }

  /** What shows of a map of the given size (px). A map smaller than the screen is centred. */
  viewport(mapWidth: number, mapHeight: number): Viewport {
    const left = clampSpan(this.x - this.width / 2, this.width, mapWidth);
    const top = clampSpan(this.y - this.height / 2, this.height, mapHeight);
    const snap = (v: number): number => Math.round(v * this.scale) / this.scale;
    return { left: snap(left), top: snap(top), right: snap(left) + this.width, bottom: snap(top) + this.height };
  }
}

function clampSpan(start: number, span: number, size: number): number {
  if (span >= size) return (size - span) / 2;
  return Math.min(Math.max(start, 0), size - span);
}
