import { ApiError, type Endpoint, type Grant, type RealmApi } from './api';
import { DialError, TRANSPORTS, type Transport, type TransportKind } from './transport';
import { dialWebRTC, hasWebRTC, Offer, type Patience } from './webrtc';
import { dialWebSocket } from './websocket';

/** 'auto' is the best that gets through of those that a grant offers. */
export type TransportChoice = 'auto' | TransportKind;

const PATIENT: Patience = { openMs: 6000, provenMs: 6000 }; // where there is nothing to fall back to
const IMPATIENT: Patience = { openMs: 1200, provenMs: 4000 };
const AVOID_MS = 5 * 60_000; // how long what failed is not tried again where another got through

/** How this client uses one of its transports. */
interface Way {
  /** Whether this browser has it at all. */
  usable(): boolean;
  open(grant: Grant, at: Endpoint, patience: Patience, signal: AbortSignal): Promise<Transport>;
}

/** Opens transports. It remembers what got through, so that portals and reconnects do not wait for what will fail. */
export class Dialer {
  private readonly choice: TransportChoice;
  private readonly avoidUntil = new Map<TransportKind, number>(); // on the clock of nowMs
  private offer: Offer | null = null;
  /** What else a grant offers is passed over. A new transport is added here, and its name beside the others in transport.ts. */
  private readonly ways: Record<TransportKind, Way>;

  constructor(api: RealmApi, choice: TransportChoice) {
    this.choice = choice;
    this.ways = {
      webrtc: {
        usable: hasWebRTC,
        open: (grant, at, patience, signal) => {
          const offer = this.offer ?? undefined;
          this.offer = null;
          return dialWebRTC(api, at.url ?? '', grant.ticket, patience, signal, offer);
        },
      },
      websocket: {
        usable: () => true,
        open: (grant, at, patience, signal) => dialWebSocket(api.url(at.url ?? ''), grant.ticket, patience.openMs, signal),
      },
    };
  }

  /** Whether a transport may be tried at all. */
  private wants(kind: TransportKind): boolean {
    return this.choice === kind || (this.choice === 'auto' && this.ways[kind].usable());
  }

  private avoids(kind: TransportKind, nowMs: number): boolean {
    return this.choice === 'auto' && nowMs < (this.avoidUntil.get(kind) ?? 0);
  }

  /** Makes ready what the next {@link dial} may need. */
  prepare(nowMs: number): void {
    if (this.offer !== null || !this.wants('webrtc') || this.avoids('webrtc', nowMs) || !hasWebRTC()) return;
    this.offer = new Offer();
  }

  /** Lets go of what no dial has used. */
  discard(): void {
    this.offer?.pc.close();
    this.offer = null;
  }

  /** The transports to try, in this order. What failed lately is tried only where nothing else is left. */
  private order(grant: Grant, nowMs: number): TransportKind[] {
    const known = (name: string): name is TransportKind => Object.hasOwn(this.ways, name);
    const all = new Set(grant.endpoints.map((e) => e.transport).filter(known).filter((kind) => this.wants(kind)));
    const good = [...all].filter((kind) => !this.avoids(kind, nowMs));
    return good.length > 0 ? good : [...all];
  }

  /**
   * Connects to a grant's zone. fresh asks for another grant: tickets are single-use, and a try that failed may have used
   * this one up. It says what it does with say, and returns the grant that was used, and what failed before, the best first.
   */
  async dial(
    grant: Grant,
    fresh: () => Promise<Grant>,
    say: (text: string) => void,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<{ transport: Transport; grant: Grant; failed: TransportKind[] }> {
    const failed: TransportKind[] = [];
    const order = this.order(grant, nowMs);
    let error: unknown = new DialError('The zone offers no transport that this client has.', false);
    for (const [i, kind] of order.entries()) {
      const before = failed.at(-1);
      if (before === undefined) {
        say(`Connecting over ${TRANSPORTS[kind]}…`);
      } else {
        say(`${TRANSPORTS[before]} does not get through; falling back to ${TRANSPORTS[kind]}…`);
        if (!(error instanceof DialError) || error.spent) grant = await fresh();
      }
      const at = grant.endpoints.find((e) => e.transport === kind);
      if (at === undefined) continue; // the fresh grant is for a process without it
      try {
        const transport = await this.ways[kind].open(grant, at, i < order.length - 1 ? IMPATIENT : PATIENT, signal);
        for (const worse of failed) this.avoidUntil.set(worse, nowMs + AVOID_MS);
        return { transport, grant, failed };
      } catch (e) {
        if (signal.aborted || refusedByRealm(e)) throw e;
        error = e;
        failed.push(kind);
      }
    }
    throw error;
  }
}

/** A refusal of the session itself would meet another transport just the same. */
function refusedByRealm(e: unknown): boolean {
  return e instanceof ApiError && !e.foreign && (e.status === 401 || e.status === 403 || e.status === 409);
}
