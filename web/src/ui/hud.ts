// What lies over the world: where one is, who is on, the transport, chat and the network overlay.
import type { Session } from '../game/rpg';
import { Chat } from './chat';
import { button, el } from './dom';
import { Overlay, transportName } from './overlay';

export interface HudOptions {
  say(text: string): void;
  leave(): void;
}

/** How long the name of a zone stands in the middle on arrival, ms. */
const BANNER_MS = 2600;

export class Hud {
  readonly node: HTMLElement;
  readonly chat: Chat;
  readonly overlay = new Overlay();
  private readonly zone = el('strong', { testid: 'zone-name' });
  private readonly online = el('span', { testid: 'players-online' });
  private readonly badge = el('span', { class: 'badge', testid: 'transport-badge' });
  private readonly toggle: HTMLButtonElement;
  private readonly banner = el('div', { class: 'banner', ariaHidden: 'true' });
  private readonly abort = new AbortController();
  private bannerUntil = 0;
  private transport: Session['transport'] | undefined;

  constructor(o: HudOptions) {
    this.chat = new Chat(o.say);
    this.toggle = button('', { kind: 'quiet', testid: 'overlay-toggle', onclick: () => this.flip() });
    this.toggle.title = 'Network (F3)';
    this.toggle.ariaLabel = 'Network figures';
    this.toggle.classList.add('badge-button');
    this.toggle.append(el('span', { class: 'bars', ariaHidden: 'true' }, el('i'), el('i'), el('i')), this.badge);
    const leave = button('Leave', { kind: 'quiet', testid: 'leave', onclick: o.leave });
    this.node = el(
      'div',
      { class: 'hud', testid: 'hud' },
      el('div', { class: 'hud-top' }, el('div', { class: 'plate' }, this.zone, this.online), el('div', { class: 'hud-right' }, this.toggle, leave)),
      this.overlay.node,
      this.banner,
      this.chat.node,
    );
    window.addEventListener(
      'keydown',
      (e) => {
        if (e.code !== 'F3') return;
        e.preventDefault();
        this.flip();
      },
      { signal: this.abort.signal },
    );
  }

  private flip(): void {
    this.overlay.open(!this.overlay.isOpen);
  }

  /** Shows how many are on, as the realm last said. */
  setOnline(zonePlayers: number | null, realmPlayers: number): void {
    const here = zonePlayers === null ? '' : `${zonePlayers} here · `;
    const text = `${here}${realmPlayers} online`;
    if (this.online.textContent !== text) this.online.textContent = text;
  }

  /** Announces a zone on arrival. */
  arrive(title: string, nowMs: number): void {
    this.banner.textContent = title;
    this.banner.classList.add('on');
    this.bannerUntil = nowMs + BANNER_MS;
  }

  update(session: Session, nowMs: number): void {
    const title = session.zone?.title ?? '';
    if (this.zone.textContent !== title) this.zone.textContent = title;
    if (this.transport !== session.transport) {
      this.transport = session.transport;
      this.badge.textContent = transportName(session.transport);
      this.badge.dataset.transport = session.transport ?? '';
    }
    const quality = session.status !== 'playing' ? 'none' : session.stats.rttMs > 220 || session.stats.lossPct > 8 ? 'poor' : session.stats.rttMs > 110 || session.stats.lossPct > 2 ? 'fair' : 'good';
    if (this.toggle.dataset.quality !== quality) this.toggle.dataset.quality = quality;
    if (this.bannerUntil !== 0 && nowMs > this.bannerUntil) {
      this.bannerUntil = 0;
      this.banner.classList.remove('on');
    }
    this.overlay.update(session, nowMs);
  }

  close(): void {
    this.abort.abort();
    this.chat.close();
    this.node.remove();
  }
}
