import { Reason } from './gen/message';
import { ApiError } from './api';
import type { LinkEnd } from './link';
import { CloseCode } from './transport';

const FIRST_MS = 300;
const MOST_MS = 3000;
const SPREAD = 0.3; // so that a crowd does not come back in one instant
const RESTART_MS = 1000; // a server that said it restarts is not back sooner

/** How long to wait before try n (from 0) of a series; random is from 0 to 1. */
export function backOff(n: number, random: number): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** n) * (1 - SPREAD + 2 * SPREAD * random);
}

/** What to do after something failed. */
export interface Verdict {
  /** Trying again may help. */
  again: boolean;
  /** Not sooner than this. */
  atLeastMs: number;
  /** For the player. */
  text: string;
  /** The zone has another map than this client. */
  wrongMap: boolean;
  /** The connection was cut off, and nobody decided that it end: the zone keeps the character for a while. */
  resumable: boolean;
}

function verdict(again: boolean, text: string, more: Partial<Verdict> = {}): Verdict {
  return { again, atLeastMs: 0, text, wrongMap: false, resumable: false, ...more };
}

/** What to do when a link ended. A Goodbye's reason decides; the transport's code where there was none. */
export function afterEnd(end: LinkEnd): Verdict {
  const text = end.text === '' ? 'The connection was lost.' : end.text;
  switch (end.reason) {
    case null:
      return afterClose(end.code, text);
    case Reason.Left:
    case Reason.TakenOver:
    case Reason.Kicked:
    case Reason.SchemaMismatch:
    case Reason.ProtocolError:
      return verdict(false, text);
    case Reason.MapMismatch:
      return verdict(true, text, { wrongMap: true });
    case Reason.ServerShutdown:
      return verdict(true, text, { atLeastMs: RESTART_MS });
    default:
      return verdict(true, text);
  }
}

function afterClose(code: number, text: string): Verdict {
  switch (code) {
    case CloseCode.Kicked:
    case CloseCode.TakenOver:
      return verdict(false, text);
    case CloseCode.ServerShutdown:
      return verdict(true, text, { atLeastMs: RESTART_MS });
    case CloseCode.Timeout:
    case CloseCode.Network:
    case CloseCode.Backpressure:
      return verdict(true, text, { resumable: true });
    default:
      return verdict(true, text);
  }
}

/** What to do when connecting failed. */
export function afterError(e: unknown): Verdict {
  const text = e instanceof Error ? e.message : String(e);
  const again = !(e instanceof ApiError) || e.status === 0 || e.foreign || isTransient(e);
  return verdict(again, text, { atLeastMs: e instanceof ApiError && e.status === 429 ? RESTART_MS : 0 });
}

/** Full zones and realms that restart answer 5xx, busy ones 429, and a zone that did not take the ticket of an offer takes that of the next grant. */
function isTransient(e: ApiError): boolean {
  return e.status === 408 || e.status === 429 || e.status >= 500 || e.title === 'signal-refused';
}
