// The one place that reads the clock for drawing.

/** Longest step (ms) that a frame is told of; after a pause nothing leaps. */
const MAX_STEP = 100;

/** Calls frame once per animation frame with the time and the time since the last one, in ms. */
export function startLoop(frame: (nowMs: number, dtMs: number) => void): void {
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    frame(now, Math.min(now - last, MAX_STEP));
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
