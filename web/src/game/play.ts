// A game in progress: joins a session to the scene, the controls and the interface.
import type { RealmApi, Tier, TransportChoice } from '../sdk';
import { Hud } from '../ui/hud';
import type { StatusCard } from '../ui/status';
import { appearance } from './appearance';
import type { Controls } from './input/controls';
import { Session, type View } from './rpg';
import type { Figure, Scene } from './scene';
import type { Wardrobe } from './wardrobe';

export interface PlayOptions {
  api: RealmApi;
  scene: Scene;
  wardrobe: Wardrobe;
  controls: Controls;
  card: StatusCard;
  host: HTMLElement;
  character: { id: string; name: string };
  transport: TransportChoice;
  tier: Tier;
  /** back to the list of characters */
  leave(): void;
  /** the same character again, with a new session */
  again(): void;
}

/** Hiccups shorter than this (ms) are not worth a card. */
const PATIENCE = { connecting: 0, handover: 500, reconnecting: 350, closed: 0 } as const;
/** How often the realm is asked how many are on, ms. */
const CENSUS_MS = 15000;
/** The realm hears of an arrival with the zone's next heartbeat: ask after it, ms. */
const CENSUS_FIRST_MS = 2000;

export class Play {
  readonly session: Session;
  view: View = { own: null, entities: [], tick: 0 };
  private readonly hud: Hud;
  private readonly off: (() => void)[];
  private readonly figures: Figure[] = [];
  private focus = { x: 0, y: 0 };
  private troubleSince = 0;
  private census = 0;
  private now = 0;

  constructor(private readonly o: PlayOptions) {
    this.session = Session.connect(o.api, o.character.id, { transport: o.transport, tier: o.tier });
    this.hud = new Hud({ say: (text) => this.session.sendChat(text), leave: () => o.leave() });
    o.scene.setMap(null);
    this.off = [
      this.session.on('map', () => {
        o.scene.setMap(this.session.map);
        this.census = this.now + CENSUS_FIRST_MS;
      }),
      this.session.on('chat', (c) => {
        const own = c.entity !== undefined && c.entity === this.view.own?.id;
        this.hud.chat.add(c.from, c.text, c.from === '' ? 'system' : own ? 'own' : 'said');
        if (c.entity !== undefined) o.scene.say(c.entity, c.text, this.now);
      }),
    ];
    if (this.session.map) o.scene.setMap(this.session.map);
    o.host.append(this.hud.node);
  }

  frame(nowMs: number, dtMs: number): void {
    this.now = nowMs;
    const { session, o } = this;
    session.setInput({ ...o.controls.read(), buttons: 0 });
    this.view = session.frame(nowMs);
    this.show(nowMs, dtMs);
    this.hud.update(session, nowMs);
    // The zone says at once how many are here; the realm counts the rest now and then.
    const here = session.zone?.players ?? null;
    this.hud.setOnline(here, Math.max(this.online, here ?? 0));
    this.announce(nowMs);
    if (session.status === 'playing' && nowMs > this.census) {
      this.census = nowMs + CENSUS_MS;
      void this.countPlayers();
    }
  }

  private show(nowMs: number, dtMs: number): void {
    const { own, entities } = this.view;
    if (own) {
      this.focus.x = own.x;
      this.focus.y = own.y;
    }
    this.figures.length = 0;
    for (const e of entities) {
      this.figures.push({ id: e.id, own: e.own, tone: e.kind, x: e.x, y: e.y, look: appearance(e, this.o.wardrobe) });
    }
    if (own && !entities.some((e) => e.id === own.id)) {
      this.figures.push({ id: own.id, own: true, tone: own.kind, x: own.x, y: own.y, look: appearance(own, this.o.wardrobe) });
    }
    this.o.scene.update(this.figures, this.focus, nowMs, dtMs);
  }

  private arrivedIn = '';
  private online = 0;

  /** Shows the state of the session when it is not simply playing. */
  private announce(nowMs: number): void {
    const { session, o } = this;
    const status = session.status;
    if (status === 'playing') {
      this.troubleSince = 0;
      o.card.hide();
      const zone = session.zone;
      if (zone && zone.name !== this.arrivedIn && this.view.own) {
        this.arrivedIn = zone.name;
        this.hud.arrive(zone.title, nowMs);
      }
      return;
    }
    if (this.troubleSince === 0) this.troubleSince = nowMs;
    if (nowMs - this.troubleSince < PATIENCE[status]) return;
    const leave = { label: 'Back to characters', testid: 'status-leave', run: () => o.leave() };
    const again = { label: 'Try again', kind: 'primary', testid: 'status-again', run: () => o.again() } as const;
    const detail = session.statusText;
    switch (status) {
      case 'connecting':
        return o.card.show({ title: `Entering as ${o.character.name}`, detail, waiting: true, actions: [{ ...leave, label: 'Cancel' }] });
      case 'handover':
        return o.card.show({ title: 'Travelling', detail, waiting: true, actions: [leave] });
      case 'reconnecting':
        return o.card.show({ title: 'Connection lost', detail, waiting: true, actions: [leave] });
      case 'closed':
        return o.card.show({ title: 'Disconnected', detail, waiting: false, actions: [again, leave] });
    }
  }

  private async countPlayers(): Promise<void> {
    try {
      this.online = (await this.o.api.realm()).players;
    } catch {
      // The figure stays as it was; the session itself tells of a lost connection.
    }
  }

  close(): void {
    for (const off of this.off) off();
    this.session.close();
    this.hud.close();
    this.o.card.hide();
  }
}
