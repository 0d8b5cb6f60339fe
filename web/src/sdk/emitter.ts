/** Tells listeners what happens, by name. E maps names to what comes with them. */
export class Emitter<E> {
  private readonly listeners = new Map<keyof E, Set<(v: never) => void>>();

  /** Calls fn from now on; the result stops it. */
  on<K extends keyof E>(event: K, fn: (v: E[K]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, all);
    all.add(fn);
    return () => all.delete(fn);
  }

  emit<K extends keyof E>(event: K, v: E[K]): void {
    for (const fn of [...(this.listeners.get(event) ?? [])]) (fn as (v: E[K]) => void)(v);
  }
}
