const LONGEST_MS = 50;

/** Milliseconds of a clock that never goes back: that of performance.now and requestAnimationFrame. */
export function nowMs(): number {
  return performance.now();
}

/**
 * Calls pump when it is due, whether or not anything is drawn: pump returns the milliseconds to its next call. Browsers
 * hold timers of hidden pages back; what then keeps the ticks going is the messages that come in.
 */
export class Loop {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly pump: (nowMs: number) => number;

  constructor(pump: (nowMs: number) => number) {
    this.pump = pump;
  }

  start(): void {
    this.stop();
    const turn = (): void => {
      const wait = this.pump(nowMs());
      this.timer = setTimeout(turn, Math.max(1, Math.min(LONGEST_MS, wait)));
    };
    this.timer = setTimeout(turn, 0);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** Resolves after so long; sooner when the browser finds its network again; rejects when signal is aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (f: () => void): (() => void) => {
      return () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        globalThis.removeEventListener?.('online', wake);
        f();
      };
    };
    const wake = done(resolve);
    const abort = done(() => reject(new Error('given up')));
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', abort);
    globalThis.addEventListener?.('online', wake);
    if (signal.aborted) abort();
  });
}
