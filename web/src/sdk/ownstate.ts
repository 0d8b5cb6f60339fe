const MAX_RESEND = 42; // ticks: after so long the server has sent again whatever was lost

/**
 * Tells of which tick the own entity's newest state is the state. A snapshot without the own entity means that nothing
 * of it changed; but only where no snapshot was lost since its last record, for that one may have held a change. The
 * server sends a change twice, and then again within MAX_RESEND ticks.
 */
export class OwnState {
  private gapTick = 0; // newest snapshot before which some are missing

  /**
   * Takes in a snapshot: its tick, the ticks since the one before (0: none before), how many ticks apart snapshots are
   * when none is lost, and the tick of the own entity's newest record. True: the record is the state of this tick.
   */
  current(tick: number, gap: number, stride: number, record: number, ordered: boolean): boolean {
    if (gap > stride) this.gapTick = tick;
    if (record === tick || ordered) return true;
    return this.gapTick <= record || tick - this.gapTick > MAX_RESEND;
  }
}
