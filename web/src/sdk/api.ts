import { Limit } from './limit';

/** The version of the HTTP interface and of the wire that this client speaks. */
export const PROTOCOL = 3;

/** How long an answer may take, ms, where {@link RealmApi} is told nothing else. */
const PATIENCE_MS = 12_000;

/** A call that the realm refused, or that did not reach it. Its detail is for people and says what to do. */
export class ApiError extends Error {
  /** The HTTP status; 0: the realm was not reached. */
  readonly status: number;
  /** What went wrong, as a short name: "zone-full", "client-outdated", … */
  readonly title: string;
  readonly detail: string;
  /** Not the realm said this but something on the way to it: a proxy without a gateway behind it, say. */
  readonly foreign: boolean;

  constructor(status: number, title: string, detail: string, foreign = false) {
    super(detail === '' ? title : detail);
    this.name = 'ApiError';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.foreign = foreign;
  }
}

/** The realm as it is now. */
export interface RealmInfo {
  name: string;
  motd: string;
  version: string;
  protocol: number;
  game: string;
  /** The hash of the game's schema, 16 hex digits. */
  schema: string;
  /** Hashes of older schemas whose clients are served too. */
  accepts?: string[];
  players: number;
  capacity: number;
  classes: string[];
  zones: { name: string; title: string; players: number; capacity: number; tick_hz: number }[];
}

/** A person's account. */
export interface Account {
  /** 16 hex digits, as all ids. */
  id: string;
  name: string;
  guest: boolean;
  role: 'player' | 'moderator' | 'admin';
}

/** A character in its owner's list. */
export interface Character {
  id: string;
  name: string;
  class: string;
  /** What the player chose when making it, in the game's own form; missing where the game has none. */
  appearance?: unknown;
  zone: string;
  /** RFC 3339; missing where it never played. */
  last_played?: string;
}

/** A way into a zone process. */
export interface Endpoint {
  /** "kcp", "webrtc", "websocket"; clients pass over those that they do not know. */
  transport: string;
  /** HOST:PORT, of transports over UDP. */
  addr?: string;
  /** A path on the gateway, or another server's URL. */
  url?: string;
}

/** The right to enter one zone with one character. Its ticket is good for one connection, and not for long. */
export interface Grant {
  session: string;
  character: string;
  /** best: it serves snapshots of the best tier to those who ask. */
  zone: { name: string; title: string; instance?: string; tick_hz: number; best?: boolean };
  map: { name: string; hash: string; url: string };
  /** Standard base64. */
  ticket: string;
  /** Standard base64; what UDP clients derive keys from. */
  secret: string;
  suite: number;
  expires: string;
  /** Ways into the zone process, the best first. Of several with one transport, the first counts. */
  endpoints: Endpoint[];
  schema: string;
  snapshots: 'latest' | 'kcp';
}

/** Which client asks to play a character, and why. */
export interface PlayingClient {
  /** Drawn when the player decided to play, see {@link newClient}. */
  client: string;
  /** It comes back by itself, after a drop or a sleep. */
  returning: boolean;
}

/** Draws what tells a client from others that play the same character: 16 hex digits. */
export function newClient(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** The grant that a Transfer carries; null: it is none. */
export function parseGrant(json: string): Grant | null {
  try {
    const grant = JSON.parse(json) as Grant;
    return typeof grant.ticket === 'string' && typeof grant.map.hash === 'string' && Array.isArray(grant.endpoints) ? grant : null;
  } catch {
    return null;
  }
}

/** Where the page is; undefined where there is none. */
function here(): string | undefined {
  if (typeof document !== 'undefined') return document.baseURI;
  return typeof location === 'undefined' ? undefined : location.href;
}

interface SignedIn {
  token: string;
  account: Account;
}

/** The realm's HTTP interface. Signing in sets the token, which the page may keep and put back later. */
export class RealmApi {
  /** Opaque; proves who is signed in. */
  token: string | null = null;
  /**
   * The token of this device's last login with a password, good or ended; the page may keep it beyond a logout and put it back. It opens
   * nothing by itself, but lets its account sign in from here while others guess the password.
   */
  earlier: string | null = null;
  /** How long an answer may take, ms. */
  readonly patienceMs: number;
  private readonly base: string;

  /**
   * base is the gateway's address, as in "https://play.example.org", or "https://example.org/game/" below a path of a proxy; empty: the
   * folder that the page came from.
   */
  constructor(base = '', patienceMs = PATIENCE_MS) {
    this.base = base;
    this.patienceMs = patienceMs;
  }

  /** The full address of a path on the gateway; that of a WebSocket elsewhere stays. A grant must not lead to another host. */
  url(path: string): string {
    if (/^wss?:\/\//.test(path)) return path;
    if (!path.startsWith('/')) throw new ApiError(0, 'malformed', `The realm named "${path}", which is no path on it.`);
    const root = new URL(this.base === '' ? '.' : this.base, here());
    return root.origin + root.pathname.replace(/\/+$/, '') + path;
  }

  realm(): Promise<RealmInfo> {
    return this.call('GET', '/v1/realm');
  }

  /** Makes an account and signs it in. */
  async register(name: string, password: string): Promise<Account> {
    const account = await this.signIn('/v1/register', { name, password });
    this.earlier = this.token;
    return account;
  }

  async login(name: string, password: string): Promise<Account> {
    const account = await this.signIn('/v1/login', { name, password }, this.earlier ?? this.token);
    this.earlier = this.token;
    return account;
  }

  /** Makes an account without a password, and signs it in. Losing the token loses it, unless it is upgraded. */
  guest(): Promise<Account> {
    return this.signIn('/v1/guest', {});
  }

  /** Gives a guest account a name and a password. */
  async upgrade(name: string, password: string): Promise<Account> {
    const { account } = await this.call<{ account: Account }>('POST', '/v1/upgrade', { name, password });
    this.earlier = this.token;
    return account;
  }

  /** Ends the session. The token is forgotten even where the realm cannot be reached. */
  async logout(): Promise<void> {
    try {
      await this.call('POST', '/v1/logout');
    } finally {
      this.token = null;
    }
  }

  async me(): Promise<Account> {
    return (await this.call<{ account: Account }>('GET', '/v1/me')).account;
  }

  /** The account's characters, oldest first; how many it may have; and the id of the one played last, if any was. */
  characters(): Promise<{ characters: Character[]; limit: number; last?: string }> {
    return this.call('GET', '/v1/characters');
  }

  /** Makes a character. Its class is one of the realm's, if it has any; its appearance is the game's affair. */
  createCharacter(c: { name: string; class?: string; appearance?: unknown }): Promise<Character> {
    return this.call('POST', '/v1/characters', c);
  }

  /** Gives a character another name. Whoever plays it is put out of the world, and may enter again. */
  renameCharacter(id: string, name: string): Promise<Character> {
    return this.call('PATCH', `/v1/characters/${encodeURIComponent(id)}`, { name });
  }

  /** Deletes a character for good. confirm is its name, typed by the player: without it, the realm refuses. */
  deleteCharacter(id: string, confirm: string): Promise<void> {
    return this.call('DELETE', `/v1/characters/${encodeURIComponent(id)}?confirm=${encodeURIComponent(confirm)}`);
  }

  /**
   * Asks to enter the zone where the character is. schema is the hash of the schema that this client was built from. Whoever plays the character
   * is put out, unless who says that nobody decided this: then it is refused with played-elsewhere.
   */
  play(character: string, schema: string, who?: PlayingClient, signal?: AbortSignal): Promise<Grant> {
    return this.call('POST', '/v1/play', { character, schema, protocol: PROTOCOL, ...who }, signal);
  }

  /** Exchanges a WebRTC offer for the zone's answer; url is the grant's. */
  async signal(url: string, ticket: string, sdp: string, signal?: AbortSignal): Promise<string> {
    return (await this.call<{ sdp: string }>('POST', url, { ticket, sdp }, signal)).sdp;
  }

  private async signIn(path: string, body: object, shown = this.token): Promise<Account> {
    const { token, account } = await this.call<SignedIn>('POST', path, body, undefined, shown);
    this.token = token;
    return account;
  }

  private async call<T>(method: string, path: string, body?: object, signal?: AbortSignal, token = this.token): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (token !== null) headers['Authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit' };
    if (body !== undefined) init.body = JSON.stringify(body);
    const limit = new Limit(this.patienceMs, signal);
    init.signal = limit.signal;
    try {
      return await answer<T>(this.url(path), init);
    } catch (e) {
      if (e instanceof ApiError && !limit.signal.aborted) throw e;
      if (signal?.aborted === true) throw e;
      throw new ApiError(0, 'unreachable', 'The realm cannot be reached. Check your connection.');
    } finally {
      limit.done();
    }
  }
}

async function answer<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(response.status, 'malformed', 'The realm sent an answer that this client does not understand. Reload the page.', true);
  }
}

/** The error that a response says, as RFC 9457 spells it; proxies in between may say something else. */
async function refusal(response: Response): Promise<ApiError> {
  let title = response.statusText;
  let detail = '';
  let foreign = true;
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) {
      if ('title' in body && typeof body.title === 'string') {
        title = body.title;
        foreign = false;
      }
      if ('detail' in body && typeof body.detail === 'string') detail = body.detail;
    }
  } catch {
    // not JSON: the status has to do
  }
  if (title === '') title = `status ${response.status}`;
  if (detail === '') detail = `The realm answered ${response.status} (${title}). Try again in a moment.`;
  return new ApiError(response.status, title, detail, foreign);
}
