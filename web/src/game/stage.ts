// The canvas and its renderer. Everything on it is measured in device pixels, so that pixels stay whole.
import 'pixi.js/unsafe-eval'; // the page's content security policy forbids eval
import 'pixi.js/mesh';
import { Container, WebGLRenderer } from 'pixi.js';

/**
 * Textures that one draw call may choose from. Every choice costs each pixel a branch, which weak and software renderers
 * feel; nearly everything here lies on the atlas, so a few suffice.
 */
const BATCH_TEXTURES = 4;
/** Colour behind the map. */
const BACKDROP = 0x221c2e;

export class Stage {
  readonly root = new Container();
  /** the colour behind everything */
  readonly backdrop = BACKDROP;
  /** device pixels per CSS pixel */
  ratio = 1;
  /** CSS pixels */
  width = 0;
  height = 0;
  private readonly resized: (() => void)[] = [];

  private constructor(readonly renderer: WebGLRenderer) {}

  static async open(host: HTMLElement): Promise<Stage> {
    const renderer = new WebGLRenderer<HTMLCanvasElement>();
    const options: Parameters<WebGLRenderer['init']>[0] = {
      background: BACKDROP,
      antialias: false,
      resolution: 1,
      autoDensity: false,
      skipExtensionImports: true,
      powerPreference: 'high-performance',
      eventMode: 'none',
      eventFeatures: { move: false, globalMove: false, click: false, wheel: false },
    };
    try {
      await renderer.init(options);
    } catch (cause) {
      throw new Error('This browser offers no WebGL, which the game needs. Turn on hardware acceleration, or use another browser.', { cause });
    }
    renderer.limits.maxBatchableTextures = Math.min(BATCH_TEXTURES, renderer.limits.maxBatchableTextures);
    host.append(renderer.canvas);
    const stage = new Stage(renderer);
    const fit = (): void => stage.fit();
    window.addEventListener('resize', fit);
    window.visualViewport?.addEventListener('resize', fit);
    stage.fit();
    return stage;
  }

  /** Calls back now and after every change of size. */
  onResize(fn: () => void): void {
    this.resized.push(fn);
    fn();
  }

  render(): void {
    this.renderer.render(this.root);
  }

  private fit(): void {
    this.ratio = Math.min(window.devicePixelRatio || 1, 4);
    this.width = window.innerWidth;
    this.height = window.innerHeight;
    this.renderer.resize(Math.round(this.width * this.ratio), Math.round(this.height * this.ratio));
    for (const fn of this.resized) fn();
  }
}
