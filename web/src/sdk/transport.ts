/** Ordered, never lost; or a datagram: only the newest matters. */
export const RELIABLE = 0;
export const LATEST = 1;
export type Lane = typeof RELIABLE | typeof LATEST;

/** Largest messages, in bytes. */
export const MAX_RELIABLE = 65_530;
export const MAX_LATEST = 1150;

/** Why a transport ended; the numbers are those of transport.CloseCode in Go. */
export const CloseCode = {
  Normal: 0,
  Kicked: 1,
  TakenOver: 2,
  Timeout: 3,
  ProtocolError: 4,
  ServerShutdown: 5,
  Refused: 6,
  TicketInvalid: 7,
  Network: 8,
  Backpressure: 9,
} as const;

/** The transports that this client has, by their names in a grant, and what people call them. */
export const TRANSPORTS = { webrtc: 'WebRTC', websocket: 'WebSocket' } as const;
export type TransportKind = keyof typeof TRANSPORTS;

/** What happens to a transport. */
export interface TransportEvents {
  /** msg is the handler's to keep. */
  message(lane: Lane, msg: Uint8Array): void;
  /** Called once, unless close was called; code may be one that this version does not know. */
  closed(code: number, text: string): void;
}

/** One connection to one zone. */
export interface Transport {
  readonly kind: TransportKind;
  /** Message payloads that went out and came in, in bytes. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Where events go from now on. What came before the first is kept. */
  listen(events: TransportEvents): void;
  /**
   * Copies msg and returns at once. False: it did not go out. On the latest lane that is usual where older bytes have
   * not left yet, since a stale message is worth nothing; the next one says it all again.
   */
  send(lane: Lane, msg: Uint8Array<ArrayBuffer>): boolean;
  /** Ends it; the peer is told where the transport has a way to. No event follows. */
  close(code: number, text: string): void;
}

/** A transport could not be opened. */
export class DialError extends Error {
  /** The ticket may have been used up by the attempt. */
  readonly spent: boolean;

  constructor(message: string, spent: boolean) {
    super(message);
    this.name = 'DialError';
    this.spent = spent;
  }
}

/** Holds what comes before anyone listens, and passes on the rest; each transport has one. */
export class Inbox implements TransportEvents {
  private events: TransportEvents | null = null;
  private early: ((e: TransportEvents) => void)[] = [];
  private over = false;

  listen(events: TransportEvents): void {
    this.events = events;
    const early = this.early;
    this.early = [];
    for (const deliver of early) deliver(events);
  }

  message(lane: Lane, msg: Uint8Array): void {
    if (!this.over) this.deliver((e) => e.message(lane, msg));
  }

  closed(code: number, text: string): void {
    if (this.over) return;
    this.over = true;
    this.deliver((e) => e.closed(code, text));
  }

  /** No event follows. */
  end(): void {
    this.over = true;
    this.early = [];
    this.events = null;
  }

  private deliver(f: (e: TransportEvents) => void): void {
    if (this.events !== null) f(this.events);
    else if (this.early.length < MAX_EARLY) this.early.push(f);
  }
}

const MAX_EARLY = 64; // events that wait for a listener
