// Text in the world: name plates and chat bubbles, drawn with the page's own fonts at device resolution so that every
// script shapes as the browser knows how.
import { ImageSource, Sprite, Texture } from 'pixi.js';

const FONT = 'ui-rounded, "Segoe UI", system-ui, -apple-system, "Noto Sans", sans-serif';
const BUBBLE_WIDTH = 190;
const BUBBLE_LINES = 4;

export type NameTone = 'own' | 'player' | 'npc';

const TONES: Readonly<Record<NameTone, string>> = { own: '#ffe38f', player: '#ffffff', npc: '#c9e7b0' };

/** A sprite whose picture is drawn once; destroy frees the picture with it. */
export class Label extends Sprite {
  private constructor(canvas: HTMLCanvasElement) {
    super(new Texture({ source: new ImageSource({ resource: canvas, scaleMode: 'linear', alphaMode: 'premultiply-alpha-on-upload' }) }));
    this.anchor.set(0.5, 1);
  }

  override destroy(): void {
    super.destroy({ texture: true, textureSource: true });
  }

  static plate(text: string, tone: NameTone, ratio: number): Label {
    const size = Math.round(12.5 * ratio);
    const font = `600 ${size}px ${FONT}`;
    const pad = Math.ceil(3 * ratio);
    const [canvas, context] = surface(measure(font, text) + pad * 2, Math.ceil(size * 1.35) + pad);
    context.font = font;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3 * ratio;
    context.strokeStyle = 'rgba(26, 18, 38, 0.82)';
    context.strokeText(text, canvas.width / 2, canvas.height / 2);
    context.fillStyle = TONES[tone];
    context.fillText(text, canvas.width / 2, canvas.height / 2);
    return new Label(canvas);
  }

  static bubble(text: string, ratio: number): Label {
    const size = Math.round(13.5 * ratio);
    const font = `500 ${size}px ${FONT}`;
    const lines = wrap(text, font, BUBBLE_WIDTH * ratio);
    const lineHeight = Math.round(size * 1.28);
    const pad = Math.round(8 * ratio);
    const tail = Math.round(6 * ratio);
    const edge = Math.max(1, Math.round(2 * ratio));
    const width = Math.max(...lines.map((l) => measure(font, l)), size) + pad * 2 + edge * 2;
    const height = lines.length * lineHeight + pad + edge * 2 + tail;
    const [canvas, context] = surface(width, height);
    balloon(context, canvas.width, canvas.height, edge, tail, Math.round(7 * ratio));
    context.font = font;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = '#2a1f33';
    lines.forEach((line, i) => context.fillText(line, canvas.width / 2, edge + pad / 2 + lineHeight * (i + 0.53)));
    return new Label(canvas);
  }
}

function surface(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width);
  canvas.height = Math.ceil(height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser offers no 2D canvas, which the game needs.');
  return [canvas, context];
}

const [, ruler] = surface(1, 1);

function measure(font: string, text: string): number {
  ruler.font = font;
  return ruler.measureText(text).width;
}

/** Breaks text into lines no wider than width; a word that is too long is broken, a text that is too long ends in an ellipsis. */
function wrap(text: string, font: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).flatMap((w) => w.match(/.{1,18}/gsu) ?? []);
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || measure(font, longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
    if (lines.length === BUBBLE_LINES) break;
  }
  if (lines.length < BUBBLE_LINES) lines.push(line);
  else lines[BUBBLE_LINES - 1] += ' …';
  return lines;
}

function balloon(c: CanvasRenderingContext2D, width: number, height: number, edge: number, tail: number, radius: number): void {
  const h = edge / 2;
  const bottom = height - tail - h;
  const mid = Math.round(width / 2);
  c.beginPath();
  c.moveTo(radius + h, h);
  c.arcTo(width - h, h, width - h, bottom, radius);
  c.arcTo(width - h, bottom, h, bottom, radius);
  c.lineTo(mid + tail, bottom);
  c.lineTo(mid, height - h);
  c.lineTo(mid - tail, bottom);
  c.arcTo(h, bottom, h, h, radius);
  c.arcTo(h, h, width - h, h, radius);
  c.closePath();
  c.fillStyle = 'rgba(255, 250, 236, 0.96)';
  c.fill();
  c.lineWidth = edge;
  c.strokeStyle = '#2a1f33';
  c.stroke();
}
