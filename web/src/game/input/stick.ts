// The touch joystick: it appears where the thumb lands on the game and follows it.
import { el } from '../../ui/dom';

/** Radius of full speed, CSS px. */
const RADIUS = 52;
const DEAD = 0.16;

export class Stick {
  private readonly ring = el('div', { class: 'stick', ariaHidden: 'true' }, el('div', { class: 'stick-knob' }));
  private finger: number | null = null;
  private originX = 0;
  private originY = 0;
  private x = 0;
  private y = 0;

  /** surface is what is touched; the ring is shown in host. */
  constructor(surface: HTMLElement, host: HTMLElement) {
    host.append(this.ring);
    surface.addEventListener('pointerdown', (e) => this.down(e, surface));
    surface.addEventListener('pointermove', (e) => this.move(e));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      surface.addEventListener(end, (e) => {
        if (e.pointerId === this.finger) this.release();
      });
    }
  }

  read(): readonly [number, number] {
    return [this.x, this.y];
  }

  private down(e: PointerEvent, surface: HTMLElement): void {
    if (e.pointerType === 'mouse' || this.finger !== null) return;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.finger = e.pointerId;
    surface.setPointerCapture(e.pointerId);
    this.originX = e.clientX;
    this.originY = e.clientY;
    this.ring.style.left = `${e.clientX}px`;
    this.ring.style.top = `${e.clientY}px`;
    this.ring.classList.add('on');
    this.knob(0, 0);
  }

  private move(e: PointerEvent): void {
    if (e.pointerId !== this.finger) return;
    const dx = (e.clientX - this.originX) / RADIUS;
    const dy = (e.clientY - this.originY) / RADIUS;
    const force = Math.hypot(dx, dy);
    const k = force > 1 ? 1 / force : 1;
    this.knob(dx * k, dy * k);
    this.x = force < DEAD ? 0 : dx * k;
    this.y = force < DEAD ? 0 : dy * k;
  }

  private knob(x: number, y: number): void {
    const knob = this.ring.firstElementChild;
    if (knob instanceof HTMLElement) knob.style.transform = `translate(${x * RADIUS}px, ${y * RADIUS}px)`;
  }

  private release(): void {
    this.finger = null;
    this.x = 0;
    this.y = 0;
    this.ring.classList.remove('on');
  }
}
