import { ApiError, type RealmApi } from './api';
import { CloseCode, DialError, Inbox, LATEST, MAX_LATEST, MAX_RELIABLE, RELIABLE, type Lane, type Transport, type TransportEvents } from './transport';

const LATEST_BACKLOG = 2048; // bytes not yet sent, beyond which an input packet is not worth adding
const RELIABLE_BACKLOG = 256 << 10;
const LINGER_MS = 300; // for the last words to leave

/** Whether this browser can do it at all. */
export function hasWebRTC(): boolean {
  return typeof RTCPeerConnection !== 'undefined';
}

/** A connection that waits for its answer. Making one takes a while the first time, so it is made while the realm is asked. */
export class Offer {
  readonly pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
  readonly reliable = this.pc.createDataChannel('reliable', { ordered: true });
  readonly latest = this.pc.createDataChannel('latest', { ordered: false, maxRetransmits: 0 });
  /** Ready before any candidate was gathered: see {@link dialWebRTC}. */
  readonly sdp: Promise<string>;

  constructor() {
    this.reliable.binaryType = this.latest.binaryType = 'arraybuffer';
    this.sdp = this.prepare();
    this.sdp.catch(() => undefined); // dialWebRTC tells, if it comes to that
  }

  private async prepare(): Promise<string> {
    const offer = await this.pc.createOffer();
    await this.pc.setLocalDescription(offer);
    return offer.sdp ?? '';
  }
}

/** How long a try may take, ms. */
export interface Patience {
  /** Until both channels are open … */
  openMs: number;
  /** … or until they are, where UDP was seen to get through by openMs: then only the distance is to blame. */
  provenMs: number;
}

/**
 * Joins a zone over two WebRTC data channels, with one HTTP round trip. The offer names no candidates: the server is
 * ICE-lite and learns our address from our own checks, so that there is nothing to wait for and no STUN server to ask.
 */
export async function dialWebRTC(
  api: RealmApi,
  url: string,
  ticket: string,
  patience: Patience,
  signal: AbortSignal,
  offer = new Offer(),
): Promise<Transport> {
  const attempt = new Attempt(offer, patience, signal);
  try {
    return await Promise.race([attempt.run(api, url, ticket), attempt.failed]);
  } catch (e) {
    attempt.drop();
    if (e instanceof DialError || e instanceof ApiError) throw e;
    throw new DialError(e instanceof Error ? e.message : String(e), attempt.spent);
  } finally {
    attempt.settle();
  }
}

/** One try, with all that can end it. */
class Attempt {
  /** The offer is on its way: from now on the ticket may be used up. */
  spent = false;
  /** Rejects when the try has failed. */
  readonly failed: Promise<never>;
  private readonly offer: Offer;
  private readonly aborter = new AbortController();
  private readonly signal: AbortSignal;
  private timer: ReturnType<typeof setTimeout>;
  private fail: (why: string) => void = () => undefined;
  private readonly aborted = (): void => this.fail('given up');

  constructor(offer: Offer, patience: Patience, signal: AbortSignal) {
    this.offer = offer;
    this.signal = signal;
    this.failed = new Promise((_, reject) => {
      this.fail = (why) => reject(new DialError(why, this.spent));
    });
    this.failed.catch(() => undefined); // nobody may be racing it any more
    this.timer = setTimeout(() => this.lateBy(patience), patience.openMs);
    signal.addEventListener('abort', this.aborted);
    if (signal.aborted) this.aborted();
    offer.pc.onconnectionstatechange = () => {
      if (offer.pc.connectionState === 'failed') this.fail('no UDP path to the server');
    };
  }

  private lateBy(patience: Patience): void {
    const late = (): void => this.fail('WebRTC did not open in time');
    const proven = this.offer.pc.iceConnectionState === 'connected' || this.offer.pc.iceConnectionState === 'completed';
    if (proven && patience.provenMs > patience.openMs) this.timer = setTimeout(late, patience.provenMs - patience.openMs);
    else late();
  }

  async run(api: RealmApi, url: string, ticket: string): Promise<Transport> {
    const { pc, reliable, latest } = this.offer;
    const open = Promise.all([opened(reliable), opened(latest)]);
    const mine = await this.offer.sdp;
    this.spent = true;
    const sdp = await api.signal(url, ticket, mine, this.aborter.signal);
    await pc.setRemoteDescription({ type: 'answer', sdp: nominateAtOnce(sdp) });
    await open;
    return new ChannelTransport(pc, reliable, latest);
  }

  /** Lets go of what only the try needed. */
  settle(): void {
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.aborted);
  }

  drop(): void {
    this.aborter.abort();
    this.offer.pc.close();
  }
}

/**
 * Browsers nominate a path to an ICE-lite server only on the check after one succeeded, and by then they have slowed their
 * checks down: over a long way that costs a second, in which the server takes no DTLS. Towards a server that does not say
 * "lite" they nominate with every check, which a lite one understands as well.
 */
function nominateAtOnce(sdp: string): string {
  return sdp.replace(/^a=ice-lite\r?\n/m, '');
}

function opened(channel: RTCDataChannel): Promise<void> {
  return new Promise((resolve) => {
    channel.onopen = () => resolve();
    if (channel.readyState === 'open') resolve();
  });
}

class ChannelTransport implements Transport {
  readonly kind = 'webrtc';
  bytesOut = 0;
  bytesIn = 0;
  private readonly inbox = new Inbox();

  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly reliable: RTCDataChannel,
    private readonly latest: RTCDataChannel,
  ) {
    reliable.onmessage = (e: MessageEvent<unknown>) => this.receive(RELIABLE, e.data);
    latest.onmessage = (e: MessageEvent<unknown>) => this.receive(LATEST, e.data);
    const lost = (): void => this.lost();
    reliable.onclose = latest.onclose = lost;
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed' || pc.connectionState === 'closed') lost();
    };
  }

  listen(events: TransportEvents): void {
    this.inbox.listen(events);
  }

  private receive(lane: Lane, data: unknown): void {
    if (typeof data === 'string') {
      // "close CODE TEXT" is the only text that there is.
      const [, code = '', text = ''] = /^close (\d+) ?(.*)$/s.exec(data) ?? [];
      if (code !== '') this.inbox.closed(Number(code), text);
      this.pc.close();
      return;
    }
    if (!(data instanceof ArrayBuffer) || data.byteLength < 1) return;
    this.bytesIn += data.byteLength;
    this.inbox.message(lane, new Uint8Array(data));
  }

  private lost(): void {
    this.inbox.closed(CloseCode.Network, 'The connection was lost.');
    this.pc.close();
  }

  send(lane: Lane, msg: Uint8Array<ArrayBuffer>): boolean {
    const channel = lane === RELIABLE ? this.reliable : this.latest;
    if (channel.readyState !== 'open') return false;
    if (msg.length < 1 || msg.length > (lane === RELIABLE ? MAX_RELIABLE : MAX_LATEST)) return false;
    if (channel.bufferedAmount > (lane === RELIABLE ? RELIABLE_BACKLOG : LATEST_BACKLOG)) return false;
    try {
      channel.send(msg);
    } catch {
      return false; // the state above lags behind
    }
    this.bytesOut += msg.length;
    return true;
  }

  close(code: number, text: string): void {
    this.inbox.end();
    try {
      if (this.reliable.readyState === 'open') this.reliable.send(`close ${code} ${text}`);
    } catch {
      // the state lags behind: there is nobody to tell
    }
    setTimeout(() => this.pc.close(), LINGER_MS);
  }
}
