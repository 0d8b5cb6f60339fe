// The picture of a world: the dressed map, figures and trees in depth order, light, and text on top.
import { Container, Sprite } from 'pixi.js';
import { Actor } from './actor';
import type { Appearance } from './appearance';
import type { Art } from './art';
import { Camera, type Viewport } from './camera';
import { type DrawableMap, dress } from './dress';
import { Ground } from './ground';
import { Lights } from './lights';
import { LowRes } from './lowres';
import { TILE } from './manifest';
import { Pace } from './pace';
import type { Stage } from './stage';

/** A figure to be shown: x, y in px. */
export interface Figure {
  id: number;
  own: boolean;
  tone: 'player' | 'npc';
  x: number;
  y: number;
  look: Appearance;
}

/** Period of the tiles' animation, ms a picture. */
const PHASE_MS = 260;
/** Room around the screen (px) in which things are still drawn: trees are tall. */
const MARGIN = 48;

const GATES = ['gate-0', 'gate-1', 'gate-2', 'gate-3'] as const;

interface Tree {
  sprite: Sprite;
  shadow: Sprite;
}

export class Scene {
  readonly camera: Camera;
  private readonly world = new Container();
  private readonly names = new Container();
  private readonly bubbles = new Container();
  private readonly shadows = new Container();
  private readonly depth = new Container({ sortableChildren: true });
  private readonly actors = new Map<number, Actor>();
  private trees: Tree[] = [];
  private gates: Sprite[] = [];
  private ground: Ground | null = null;
  private lights: Lights | null = null;
  private map: DrawableMap | null = null;
  private lowRes: LowRes | null = null;
  private readonly pace = new Pace();

  constructor(
    private readonly stage: Stage,
    private readonly art: Art,
    private readonly still: boolean,
  ) {
    this.camera = new Camera(!still);
    stage.root.addChild(this.world, this.names, this.bubbles);
    stage.onResize(() => {
      this.camera.resize(stage.width, stage.height, stage.ratio);
      for (const a of this.actors.values()) a.rescale();
    });
  }

  /** Replaces the map; figures of the old one go. */
  setMap(map: DrawableMap | null): void {
    this.clear();
    this.map = map;
    if (!map) return;
    const dressing = dress(map);
    this.ground = new Ground(this.art, dressing);
    this.lights = new Lights(this.art, this.stage, dressing, this.still);
    this.world.addChild(this.ground.under, this.shadows, this.depth, this.ground.over, this.lights.glow);
    if (this.lights.shade) this.world.addChildAt(this.lights.shade, this.world.getChildIndex(this.lights.glow));
    for (const t of dressing.trees) this.trees.push(this.plant(t.x, t.y, t.kind));
    for (const g of dressing.gates) this.gates.push(this.raise(g.x, g.y));
    this.camera.release();
  }

  private raise(x: number, y: number): Sprite {
    const sprite = new Sprite(this.art.sprite('gate-0'));
    sprite.anchor.set(0.5, 1);
    sprite.position.set(x, y);
    // one walks into a gate, not behind it: it stands at the back of its tile
    sprite.zIndex = y - TILE;
    this.depth.addChild(sprite);
    return sprite;
  }

  private plant(x: number, y: number, kind: 'oak' | 'apple-tree' | 'pine'): Tree {
    const sprite = new Sprite(this.art.sprite(kind));
    sprite.anchor.set(0.5, 1);
    sprite.position.set(x, y);
    sprite.zIndex = y;
    const shadow = new Sprite(this.art.sprite('tree-shadow'));
    shadow.anchor.set(0.5);
    shadow.position.set(x, y - 1);
    this.depth.addChild(sprite);
    this.shadows.addChild(shadow);
    return { sprite, shadow };
  }

  /** Shows figures around the point that the camera follows (px). */
  update(figures: readonly Figure[], focus: { x: number; y: number }, nowMs: number, dtMs: number): void {
    if (!this.map || !this.ground) return;
    this.camera.follow(focus.x, focus.y, dtMs);
    const view = this.camera.viewport(this.map.width * TILE, this.map.height * TILE);
    this.ground.cull(view.left, view.top, view.right, view.bottom);
    const phase = this.still ? 0 : Math.floor(nowMs / PHASE_MS) % 4;
    this.ground.animate(phase);
    for (const g of this.gates) g.texture = this.art.sprite(GATES[phase] ?? 'gate-0');
    this.updateActors(figures, view, nowMs, dtMs);
    this.updateTrees(view, focus);
    this.lights?.update(nowMs, focus.x, focus.y, view);
    this.placeWorld(view, dtMs);
  }

  private placeWorld(view: Viewport, dtMs: number): void {
    if (this.lowRes) return this.lowRes.draw(this.world, view, this.camera);
    this.world.scale.set(this.camera.scale);
    this.world.position.set(-view.left * this.camera.scale, -view.top * this.camera.scale);
    if (!this.pace.slow(dtMs)) return;
    this.lowRes = new LowRes(this.stage);
    this.stage.root.removeChild(this.world);
    this.stage.root.addChildAt(this.lowRes.sprite, 0);
  }

  private updateActors(figures: readonly Figure[], view: Viewport, nowMs: number, dtMs: number): void {
    const gone = new Set(this.actors.keys());
    this.names.removeChildren();
    this.bubbles.removeChildren();
    for (const f of figures) {
      gone.delete(f.id);
      const actor = this.actors.get(f.id) ?? this.enter(f);
      actor.update(f.look, f.x, f.y, dtMs);
      actor.place(this.lowRes ? 1 : this.camera.scale, nowMs);
      this.showLabels(actor, f, view);
    }
    for (const id of gone) {
      this.actors.get(id)?.destroy();
      this.actors.delete(id);
    }
  }

  private enter(f: Figure): Actor {
    const actor = new Actor(this.art, f.id, f.own);
    this.actors.set(f.id, actor);
    this.depth.addChild(actor.body);
    this.shadows.addChild(actor.shadow);
    return actor;
  }

  private showLabels(actor: Actor, f: Figure, view: Viewport): void {
    if (f.x < view.left - MARGIN || f.x > view.right + MARGIN || f.y < view.top - MARGIN || f.y > view.bottom + MARGIN) return;
    const { name, bubble } = actor.labels(this.stage.ratio, f.tone);
    const x = Math.round((actor.body.x - view.left) * this.camera.scale);
    let y = Math.round((actor.y - view.top - actor.headroom + f.look.crown) * this.camera.scale);
    if (name) {
      name.position.set(x + ((name.width & 1) === 0 ? 0 : 0.5), y);
      this.names.addChild(name);
      y -= name.height;
    }
    if (bubble) {
      bubble.position.set(x, y);
      this.bubbles.addChild(bubble);
    }
  }

  /** Trees out of sight are not drawn; one that hides the player turns glassy. */
  private updateTrees(view: Viewport, focus: { x: number; y: number }): void {
    for (const t of this.trees) {
      const { x, y } = t.sprite.position;
      const visible = x > view.left - MARGIN && x < view.right + MARGIN && y > view.top - MARGIN && y < view.bottom + MARGIN;
      t.sprite.visible = visible;
      t.shadow.visible = visible;
      if (!visible) continue;
      const hides = focus.y + 5 < y && focus.y > y - 34 && Math.abs(focus.x - x) < 13;
      t.sprite.alpha += ((hides ? 0.5 : 1) - t.sprite.alpha) * 0.2;
    }
  }

  /** Puts a chat bubble over a figure, if it is in view. */
  say(id: number, text: string, nowMs: number): void {
    this.actors.get(id)?.say(text, nowMs, this.stage.ratio);
  }

  private clear(): void {
    for (const a of this.actors.values()) a.destroy();
    this.actors.clear();
    for (const t of this.trees) {
      t.sprite.destroy();
      t.shadow.destroy();
    }
    this.trees = [];
    for (const g of this.gates) g.destroy();
    this.gates = [];
    this.names.removeChildren();
    this.bubbles.removeChildren();
    this.world.removeChildren();
    this.ground?.destroy();
    this.lights?.destroy();
    this.ground = null;
    this.lights = null;
  }
}
