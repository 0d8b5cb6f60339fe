import { ApiError, type Grant, type RealmApi } from './api';
import { DialError, type Transport } from './transport';
import { dialWebRTC, hasWebRTC, Offer, type Patience } from './webrtc';
import { dialWebSocket } from './websocket';

/** 'auto' is WebRTC, and WebSocket where it does not get through. */
export type TransportChoice = 'auto' | 'webrtc' | 'websocket';

const PATIENT_MS = 6000; // to open, where there is nothing to fall back to
const PATIENCE: Record<'auto' | 'webrtc', Patience> = {
  auto: { openMs: 1200, provenMs: 4000 },
  webrtc: { openMs: PATIENT_MS, provenMs: PATIENT_MS },
};
const AVOID_MS = 5 * 60_000; // how long WebRTC is not tried again after it failed and WebSocket did not

/** Opens transports. It remembers what got through, so that portals and reconnects do not wait for what will fail. */
export class Dialer {
  private readonly api: RealmApi;
  private readonly choice: TransportChoice;
  private avoidUntil = 0; // on the clock of nowMs
  private offer: Offer | null = null;

  constructor(api: RealmApi, choice: TransportChoice) {
    this.api = api;
    this.choice = choice;
  }

  private wantsWebRTC(nowMs: number): boolean {
    return this.choice === 'webrtc' || (this.choice === 'auto' && hasWebRTC() && nowMs >= this.avoidUntil);
  }

  /** Makes ready what the next {@link dial} may need. */
  prepare(nowMs: number): void {
    if (this.offer !== null || !this.wantsWebRTC(nowMs) || !hasWebRTC()) return;
    this.offer = new Offer();
  }

  /** Lets go of what no dial has used. */
  discard(): void {
    this.offer?.pc.close();
    this.offer = null;
  }

  /**
   * Connects to a grant's zone. fresh asks for another grant: tickets are single-use, and a try that failed may have used
   * this one up. It says what it does with say, and returns the grant that was used.
   */
  async dial(
    grant: Grant,
    fresh: () => Promise<Grant>,
    say: (text: string) => void,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<{ transport: Transport; grant: Grant; fellBack: boolean }> {
    let fellBack = false;
    if (this.wantsWebRTC(nowMs)) {
      say('Connecting over WebRTC…');
      const offer = this.offer ?? undefined;
      this.offer = null;
      try {
        const patience = PATIENCE[this.choice === 'webrtc' ? 'webrtc' : 'auto'];
        const transport = await dialWebRTC(this.api, grant.webrtc.url, grant.ticket, patience, signal, offer);
        return { transport, grant, fellBack };
      } catch (e) {
        if (signal.aborted || this.choice === 'webrtc' || refusedByRealm(e)) throw e;
        say('WebRTC does not get through; falling back to WebSocket…');
        fellBack = true;
        if (!(e instanceof DialError) || e.spent) grant = await fresh();
      }
    } else {
      say('Connecting over WebSocket…');
    }
    const transport = await dialWebSocket(this.api.url(grant.websocket.url), grant.ticket, PATIENT_MS, signal);
    if (fellBack) this.avoidUntil = nowMs + AVOID_MS;
    return { transport, grant, fellBack };
  }
}

/** A refusal of the session itself would meet a WebSocket just the same. */
function refusedByRealm(e: unknown): boolean {
  return e instanceof ApiError && !e.foreign && (e.status === 401 || e.status === 403 || e.status === 409);
}
