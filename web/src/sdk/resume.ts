import type { Resume } from './gen/message';
import { ApiError, type Grant } from './api';
import { base64 } from './base64';
import { DialError } from './transport';

/**
 * What the zone gave its client to come back with after a drop, without asking the realm: the grant of the connection, with other tickets. Each is good
 * once.
 */
export class ResumeTickets {
  private grants: Grant[] = [];
  private taken: Grant | null = null;
  private untilMs = 0;

  /** Takes the place of what was there; grant is that of the connection over which r came. */
  set(grant: Grant, r: Resume, nowMs: number): void {
    this.grants = r.tickets.map((p) => ({ ...grant, ticket: base64(p.ticket), secret: base64(p.secret) }));
    this.taken = null;
    this.untilMs = nowMs + r.lifeMs;
  }

  /** The grant to try next; null: there is none. */
  take(nowMs: number): Grant | null {
    this.taken = nowMs < this.untilMs ? (this.grants.shift() ?? null) : null;
    return this.taken;
  }

  /** A try has not used what {@link take} gave last. */
  giveBack(): void {
    if (this.taken !== null) this.grants.unshift(this.taken);
    this.taken = null;
  }

  ready(nowMs: number): boolean {
    return nowMs < this.untilMs && this.grants.length > 0;
  }

  /** The character has left the zone, or belongs to another session. */
  clear(): void {
    this.grants = [];
    this.taken = null;
  }
}

/** Whether a try to connect that failed cannot have used its ticket, or nobody was reached who would have. */
export function unspent(e: unknown): boolean {
  return e instanceof DialError ? !e.spent : e instanceof ApiError && e.status === 0;
}
