// For devices that cannot keep up: draws the world at one pixel per pixel of the pictures and enlarges the result. That is a
// ninth of the work on a usual screen; figures then move by whole pixels of the pictures.
import { type Container, RenderTexture, Sprite } from 'pixi.js';
import type { Camera, Viewport } from './camera';
import type { Stage } from './stage';

export class LowRes {
  /** the enlarged picture, to be shown in place of the world */
  readonly sprite: Sprite;
  private readonly target = RenderTexture.create({ width: 16, height: 16, scaleMode: 'nearest', dynamic: true });

  constructor(private readonly stage: Stage) {
    this.sprite = new Sprite(this.target);
  }

  draw(world: Container, view: Viewport, camera: Camera): void {
    const left = Math.floor(view.left);
    const top = Math.floor(view.top);
    const width = Math.ceil(view.right) - left + 1;
    const height = Math.ceil(view.bottom) - top + 1;
    if (this.target.width !== width || this.target.height !== height) this.target.resize(width, height);
    world.scale.set(1);
    world.position.set(-left, -top);
    this.stage.renderer.render({ container: world, target: this.target, clear: true, clearColor: this.stage.backdrop });
    this.sprite.scale.set(camera.scale);
    this.sprite.position.set(Math.round((left - view.left) * camera.scale), Math.round((top - view.top) * camera.scale));
  }
}
