// The first gamepad: left stick or the cross.

const DEAD = 0.22;

export function readPad(): readonly [number, number] {
  for (const pad of navigator.getGamepads?.() ?? []) {
    if (!pad?.connected) continue;
    const [x = 0, y = 0] = pad.axes;
    const force = Math.hypot(x, y);
    if (force > DEAD) {
      const k = Math.min(1, (force - DEAD) / (1 - DEAD)) / force;
      return [x * k, y * k];
    }
    const on = (i: number): number => (pad.buttons[i]?.pressed ? 1 : 0);
    const cross = [on(15) - on(14), on(13) - on(12)] as const;
    if (cross[0] !== 0 || cross[1] !== 0) return cross;
  }
  return [0, 0];
}
