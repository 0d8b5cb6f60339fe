// One figure in the world: its sprite and shadow, how it walks, its name plate and what it says.
import { Sprite, Texture } from 'pixi.js';
import type { Art } from './art';
import type { Appearance } from './appearance';
import { cellOf, FEET_Y, FRAME_H } from './figure';
import { Label } from './labels';

/** Distance (px) that one foot covers. */
const STRIDE = 7;
/** A figure slower than this (px/s) stands. */
const STANDING = 6;
/** Distance from the centre of a body to the ground under its feet, px. */
const FOOT = 5;
const BUBBLE_MS = 5500;
const FADE_MS = 250;
/** Steps of a walk: one foot, both, the other, both. */
const WALK = [1, 0, 2, 0] as const;
/** A hop: crouch, air, land. */
const HOP = [2, 1, 1, 0] as const;

export class Actor {
  readonly body: Sprite;
  readonly shadow: Sprite;
  x = 0;
  y = 0;
  private speed = 0;
  private walked = 0;
  private age: number;
  private name: Label | null = null;
  private nameText = '';
  private bubble: Label | null = null;
  private bubbleUntil = 0;
  private placed = false;

  constructor(
    art: Art,
    seed: number,
    private readonly own: boolean,
  ) {
    this.body = new Sprite();
    this.body.anchor.set(0.5, FEET_Y / FRAME_H);
    this.shadow = new Sprite(art.sprite('shadow'));
    this.shadow.anchor.set(0.5);
    // figures breathe out of step with each other
    this.age = (seed * 397) % 1000;
  }

  /** Moves the figure to x, y (px, centre of its body) and picks the frame that fits the movement. */
  update(look: Appearance, x: number, y: number, dtMs: number): void {
    const moved = this.placed ? Math.hypot(x - this.x, y - this.y) : 0;
    const now = dtMs > 0 && moved < 64 ? (moved / dtMs) * 1000 : 0;
    this.speed += (now - this.speed) * Math.min(1, dtMs / 60);
    this.walked += moved < 64 ? moved : 0;
    this.age += dtMs;
    this.x = x;
    this.y = y;
    this.placed = true;
    this.body.texture = look.strip[cellOf(look.facing, this.step(look))] ?? Texture.EMPTY;
    this.retitle(look);
  }

  private step(look: Appearance): number {
    const moving = this.speed > STANDING;
    if (look.gait === 'hop') {
      if (moving) return HOP[Math.floor(this.age / 110) % HOP.length] ?? 0;
      return Math.floor(this.age / 600) % 4 === 0 ? 2 : 0;
    }
    return moving ? (WALK[Math.floor(this.walked / STRIDE) % WALK.length] ?? 0) : 0;
  }

  private retitle(look: Appearance): void {
    if (look.name === this.nameText) return;
    this.nameText = look.name;
    this.dropName();
  }

  private dropName(): void {
    this.name?.destroy();
    this.name = null;
  }

  /** The name plate and, while it lasts, the bubble, to be shown in screen pixels. */
  labels(ratio: number, tone: 'own' | 'player' | 'npc'): { name: Label | null; bubble: Label | null } {
    if (!this.name && this.nameText !== '') this.name = Label.plate(this.nameText, this.own ? 'own' : tone, ratio);
    return { name: this.name, bubble: this.bubble };
  }

  /** Drops drawn text, to be drawn again for another screen. */
  rescale(): void {
    this.dropName();
  }

  say(text: string, nowMs: number, ratio: number): void {
    this.bubble?.destroy();
    this.bubble = Label.bubble(text, ratio);
    this.bubbleUntil = nowMs + BUBBLE_MS;
  }

  /** Places sprites at whole device pixels: scale is device pixels per world pixel. */
  place(scale: number, nowMs: number): void {
    const snap = (v: number): number => Math.round(v * scale) / scale;
    const x = snap(this.x);
    const y = snap(this.y + FOOT);
    this.body.position.set(x, y);
    this.body.zIndex = this.y + FOOT;
    this.shadow.position.set(x, y);
    if (this.bubble) {
      const left = this.bubbleUntil - nowMs;
      if (left <= 0) {
        this.bubble.destroy();
        this.bubble = null;
      } else {
        this.bubble.alpha = Math.min(1, left / FADE_MS);
      }
    }
  }

  /** Height of the figure's head over its centre, px. */
  get headroom(): number {
    return FEET_Y - FOOT;
  }

  destroy(): void {
    this.body.destroy();
    this.shadow.destroy();
    this.dropName();
    this.bubble?.destroy();
    this.bubble = null;
  }
}
