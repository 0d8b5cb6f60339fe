/** Ends a request that takes too long: one on a connection whose other end is gone would never be answered. */
export class Limit {
  private readonly ms: number;
  private readonly outer: AbortSignal | undefined;
  private readonly aborter = new AbortController();
  private timer: ReturnType<typeof setTimeout>;
  private readonly abort = (): void => this.aborter.abort();

  /** ms is how long to wait for whatever comes next; outer ends the request as well. */
  constructor(ms: number, outer?: AbortSignal) {
    this.ms = ms;
    this.outer = outer;
    this.timer = setTimeout(this.abort, ms);
    outer?.addEventListener('abort', this.abort);
    if (outer?.aborted === true) this.abort();
  }

  /** For fetch. */
  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /** Something came: the time begins anew. */
  restart(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.abort, this.ms);
  }

  /** The request is over. */
  done(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.abort);
  }
}
