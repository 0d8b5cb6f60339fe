// Light: the pulse of portals and torches, motes that rise from portals, and the dark of places under a roof.
import { Container, RenderTexture, Sprite } from 'pixi.js';
import type { Art } from './art';
import type { Viewport } from './camera';
import type { Dressing } from './dress';
import { cellHash } from './dress';
import type { Stage } from './stage';

const MOTES_PER_PORTAL = 9;
const MOTE_TINTS = [0x7cecff, 0xb07cff, 0xf0fdff] as const;
/** What is left of the light under a roof. */
const DUSK = 0x766c9e;

interface Lamp {
  sprite: Sprite;
  kind: 'portal' | 'fire';
  x: number;
  y: number;
  seed: number;
}

export class Lights {
  /** added over the figures */
  readonly glow = new Container();
  /** multiplied over everything, under a roof only */
  readonly shade: Sprite | null = null;
  private readonly lamps: Lamp[] = [];
  private readonly motes: { sprite: Sprite; x: number; y: number; seed: number }[] = [];
  private readonly lightmap = new Container();
  private readonly shine: Lamp[] = [];
  private readonly lantern: Sprite;
  private target: RenderTexture | null = null;

  constructor(
    private readonly art: Art,
    private readonly stage: Stage,
    dressing: Dressing,
    private readonly still: boolean,
  ) {
    dressing.lights.forEach((l, i) => this.addLamp(l.x, l.y, l.kind, i));
    this.lantern = this.glowSprite('fire', 2.6);
    this.lantern.alpha = 0.9;
    if (dressing.indoors) {
      this.target = RenderTexture.create({ width: 16, height: 16, scaleMode: 'nearest', dynamic: true });
      this.shade = new Sprite(this.target);
      this.shade.blendMode = 'multiply';
      for (const lamp of this.lamps) {
        const sprite = this.glowSprite(lamp.kind, 2.4);
        sprite.position.set(lamp.x, lamp.y);
        this.lightmap.addChild(sprite);
        this.shine.push({ ...lamp, sprite });
      }
      this.lightmap.addChild(this.lantern);
    }
  }

  private glowSprite(kind: 'portal' | 'fire', scale: number): Sprite {
    const sprite = new Sprite(this.art.sprite(kind === 'portal' ? 'glow-portal' : 'glow-fire'));
    sprite.anchor.set(0.5);
    sprite.blendMode = 'add';
    sprite.scale.set(scale);
    return sprite;
  }

  private addLamp(x: number, y: number, kind: 'portal' | 'fire', seed: number): void {
    const sprite = this.glowSprite(kind, kind === 'portal' ? 1 : 0.8);
    sprite.position.set(x, y);
    this.glow.addChild(sprite);
    this.lamps.push({ sprite, kind, x, y, seed });
    if (kind !== 'portal' || this.still) return;
    for (let i = 0; i < MOTES_PER_PORTAL; i++) {
      const mote = new Sprite(this.art.sprite(i % 3 === 0 ? 'mote' : 'white'));
      mote.anchor.set(0.5);
      mote.tint = MOTE_TINTS[i % MOTE_TINTS.length] ?? 0xffffff;
      mote.blendMode = 'add';
      this.glow.addChild(mote);
      this.motes.push({ sprite: mote, x, y, seed: seed * 31 + i });
    }
  }

  /** Brings all lights to the time; x, y is where the player carries a lantern (px). */
  update(nowMs: number, x: number, y: number, view: Viewport): void {
    const daylight = this.shade ? 1 : 0.4;
    const pulse = (l: Lamp): number => {
      if (this.still) return 0.85;
      if (l.kind === 'portal') return 0.8 + 0.2 * Math.sin(nowMs / 420 + l.seed);
      return 0.82 + 0.12 * Math.sin(nowMs / 90 + l.seed * 2.1) * Math.sin(nowMs / 271 + l.seed) + 0.06 * Math.sin(nowMs / 37);
    };
    for (const lamp of this.lamps) lamp.sprite.alpha = pulse(lamp) * daylight * (lamp.kind === 'portal' ? 1.5 : 1);
    for (const lamp of this.shine) lamp.sprite.alpha = pulse(lamp);
    for (const m of this.motes) driftMote(m, nowMs);
    if (!this.shade || !this.target) return;
    this.lantern.position.set(x, y);
    const width = Math.ceil(view.right - view.left) + 2;
    const height = Math.ceil(view.bottom - view.top) + 2;
    if (this.target.width !== width || this.target.height !== height) this.target.resize(width, height);
    const left = Math.floor(view.left);
    const top = Math.floor(view.top);
    this.lightmap.position.set(-left, -top);
    this.shade.position.set(left, top);
    this.stage.renderer.render({ container: this.lightmap, target: this.target, clear: true, clearColor: DUSK });
  }

  destroy(): void {
    this.glow.destroy({ children: true });
    this.shade?.destroy();
    this.lightmap.destroy({ children: true });
    this.target?.destroy(true);
  }
}

/** A mote rises, sways and goes out; where it starts is the hash of its seed and of how often it has risen. */
function driftMote(m: { sprite: Sprite; x: number; y: number; seed: number }, nowMs: number): void {
  const life = 1600 + (cellHash(m.seed, 0, 3) % 900);
  const run = nowMs + m.seed * 517;
  const t = (run % life) / life;
  const start = cellHash(m.seed, Math.floor(run / life), 4);
  m.sprite.position.set(m.x + (start % 19) - 9 + Math.sin(t * 5 + m.seed) * 2, m.y + 5 - t * 22);
  m.sprite.alpha = Math.sin(t * Math.PI) * 0.9;
}
