// A small live graph of one figure.
import { el } from './dom';

/** Samples kept and drawn. */
const SAMPLES = 90;
const WIDTH = 150;
const HEIGHT = 26;

export interface GraphOptions {
  label: string;
  colour: string;
  /** the top of the scale is never below this, so that calm looks calm */
  floor: number;
  format(value: number): string;
}

export class Graph {
  readonly node: HTMLElement;
  private readonly values: number[] = [];
  private readonly canvas = el('canvas', { ariaHidden: 'true' });
  private readonly value = el('span', { class: 'graph-value' });

  constructor(private readonly o: GraphOptions) {
    this.node = el('div', { class: 'graph' }, el('span', { class: 'graph-label' }, o.label), this.value, this.canvas);
  }

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > SAMPLES) this.values.shift();
    this.value.textContent = this.o.format(value);
    this.draw();
  }

  private draw(): void {
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    const { canvas } = this;
    canvas.width = WIDTH * ratio;
    canvas.height = HEIGHT * ratio;
    const c = canvas.getContext('2d');
    if (!c) return;
    c.scale(ratio, ratio);
    const top = Math.max(this.o.floor, ...this.values) * 1.1;
    const x = (i: number): number => WIDTH - ((this.values.length - 1 - i) * WIDTH) / (SAMPLES - 1);
    const y = (v: number): number => HEIGHT - 1 - (v / top) * (HEIGHT - 3);
    c.beginPath();
    this.values.forEach((v, i) => c.lineTo(x(i), y(v)));
    c.strokeStyle = this.o.colour;
    c.lineWidth = 1.5;
    c.lineJoin = 'round';
    c.stroke();
    c.lineTo(WIDTH, HEIGHT);
    c.lineTo(x(0), HEIGHT);
    c.closePath();
    c.globalAlpha = 0.18;
    c.fillStyle = this.o.colour;
    c.fill();
  }
}
