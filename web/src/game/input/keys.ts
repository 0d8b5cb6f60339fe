// The keyboard, by position: KeyW is where W is on every layout.

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  KeyW: [0, -1],
  KeyA: [-1, 0],
  KeyS: [0, 1],
  KeyD: [1, 0],
  ArrowUp: [0, -1],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowRight: [1, 0],
};

/** Whether keys go to a text field rather than to the game. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export class Keys {
  private readonly held = new Set<string>();

  constructor() {
    window.addEventListener('keydown', (e) => {
      if (!(e.code in DIRECTIONS) || typing(e.target) || e.ctrlKey || e.metaKey || e.altKey) return;
      this.held.add(e.code);
      e.preventDefault();
    });
    window.addEventListener('keyup', (e) => this.held.delete(e.code));
    // a key that is released elsewhere never tells: let all go
    window.addEventListener('blur', () => this.held.clear());
    document.addEventListener('visibilitychange', () => this.held.clear());
    document.addEventListener('focusin', (e) => {
      if (typing(e.target)) this.held.clear();
    });
  }

  read(): readonly [number, number] {
    let x = 0;
    let y = 0;
    for (const code of this.held) {
      const [dx, dy] = DIRECTIONS[code] ?? [0, 0];
      x += dx;
      y += dy;
    }
    return [Math.sign(x), Math.sign(y)];
  }
}
