import { unbase64 } from './base64';
import { CloseCode, DialError, Inbox, LATEST, MAX_LATEST, MAX_RELIABLE, RELIABLE, type Lane, type Transport, type TransportEvents } from './transport';

const CLOSE_BASE = 4000; // a close carries CLOSE_BASE + our code
const MAX_REASON = 120; // bytes
const LATEST_BACKLOG = 2048; // bytes not yet sent, beyond which an input packet is not worth adding
const RELIABLE_BACKLOG = 256 << 10;

/**
 * Joins a zone over a WebSocket. The first frame is the ticket, every later one a lane byte and a message. A refusal of
 * the ticket comes as a close, after this has returned.
 */
export function dialWebSocket(url: string, ticket: string, timeoutMs: number, signal: AbortSignal): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    socket.binaryType = 'arraybuffer';
    const fail = (why: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.onopen = socket.onclose = null;
      socket.close();
      reject(new DialError(why, false));
    };
    const aborted = (): void => fail('given up');
    const timer = setTimeout(() => fail(`the WebSocket did not open within ${timeoutMs} ms`), timeoutMs);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    socket.onclose = () => fail('the WebSocket could not be opened');
    socket.onopen = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      socket.send(unbase64(ticket));
      resolve(new SocketTransport(socket));
    };
  });
}

class SocketTransport implements Transport {
  readonly kind = 'websocket';
  bytesOut = 0;
  bytesIn = 0;
  private readonly socket: WebSocket;
  private readonly inbox = new Inbox();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.onmessage = (e: MessageEvent<unknown>) => this.receive(e.data);
    socket.onclose = (e) => {
      if (e.code >= CLOSE_BASE && e.code < CLOSE_BASE + 1000) this.inbox.closed(e.code - CLOSE_BASE, e.reason);
      else this.inbox.closed(CloseCode.Network, e.reason === '' ? 'The connection was lost.' : e.reason);
    };
  }

  listen(events: TransportEvents): void {
    this.inbox.listen(events);
  }

  private receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer) || data.byteLength < 2) {
      this.close(CloseCode.ProtocolError, 'malformed frame');
      return;
    }
    const frame = new Uint8Array(data);
    this.bytesIn += frame.length;
    const lane = frame[0];
    if (lane === RELIABLE || lane === LATEST) this.inbox.message(lane, frame.subarray(1));
  }

  send(lane: Lane, msg: Uint8Array<ArrayBuffer>): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    if (msg.length < 1 || msg.length > (lane === RELIABLE ? MAX_RELIABLE : MAX_LATEST)) return false;
    if (this.socket.bufferedAmount > (lane === RELIABLE ? RELIABLE_BACKLOG : LATEST_BACKLOG)) return false;
    const frame = new Uint8Array(1 + msg.length);
    frame[0] = lane;
    frame.set(msg, 1);
    this.socket.send(frame);
    this.bytesOut += frame.length;
    return true;
  }

  close(code: number, text: string): void {
    this.inbox.end();
    this.socket.close(CLOSE_BASE + code, new TextEncoder().encode(text).length <= MAX_REASON ? text : '');
  }
}
