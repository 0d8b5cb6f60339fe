// The way through the game: title, characters, world, and back.
import type { Account, Character, RealmApi, RealmInfo, Tier, TransportChoice } from './sdk';
import type { Art } from './game/art';
import { Controls } from './game/input/controls';
import { startLoop } from './game/loop';
import { Play } from './game/play';
import type { Session, View } from './game/rpg';
import { Scene } from './game/scene';
import type { Stage } from './game/stage';
import { vista, vistaFigures, vistaFocus } from './game/vista';
import { Wardrobe } from './game/wardrobe';
import { Creator } from './ui/creator';
import { explain, signedOut } from './ui/explain';
import { memory } from './ui/memory';
import { rosterScreen } from './ui/roster';
import { StatusCard } from './ui/status';
import { titleScreen } from './ui/title';

export interface AppParts {
  api: RealmApi;
  stage: Stage;
  art: Art;
  host: HTMLElement;
  transport: TransportChoice;
  tier: Tier;
  /** the player asked for less motion */
  still: boolean;
}

export class App {
  private readonly scene: Scene;
  private readonly wardrobe: Wardrobe;
  private readonly controls: Controls;
  private readonly card = new StatusCard();
  private screen: HTMLElement | null = null;
  private creator: Creator | null = null;
  private play: Play | null = null;
  private realm: RealmInfo | null = null;
  private account: Account | null = null;

  constructor(private readonly p: AppParts) {
    this.scene = new Scene(p.stage, p.art, p.still);
    this.wardrobe = new Wardrobe(p.art);
    this.controls = new Controls(p.stage.renderer.canvas, p.host);
    p.host.append(this.card.node);
    this.scene.setMap(vista());
    startLoop((now, dt) => this.frame(now, dt));
  }

  get session(): Session | null {
    return this.play?.session ?? null;
  }

  get view(): View | null {
    return this.play?.view ?? null;
  }

  private frame(nowMs: number, dtMs: number): void {
    if (this.play) this.play.frame(nowMs, dtMs);
    else this.scene.update(vistaFigures(this.p.still ? 0 : nowMs, this.wardrobe), vistaFocus(nowMs, this.p.still), nowMs, dtMs);
    this.p.stage.render();
  }

  /** Starts, or starts over: asks for the realm, then for what the remembered token is good for. */
  async start(): Promise<void> {
    this.show(null);
    this.card.show({ title: 'Realmwire', detail: 'Looking for the realm…', waiting: true, actions: [] });
    try {
      this.realm = await this.p.api.realm();
    } catch (e) {
      const retry = { label: 'Try again', kind: 'primary', testid: 'status-again', run: () => void this.start() } as const;
      this.card.show({ title: 'The realm does not answer', detail: explain(e), waiting: false, actions: [retry] });
      return;
    }
    this.card.hide();
    document.title = this.realm.name;
    this.p.api.token = memory.token();
    this.p.api.earlier = memory.earlier();
    if (!this.p.api.token) return this.title('');
    try {
      this.account = await this.p.api.me();
      await this.roster('');
    } catch (e) {
      this.signedOut(signedOut(e) ? 'You were signed out. Log in again.' : explain(e));
    }
  }

  private show(screen: HTMLElement | null): void {
    this.creator?.close();
    this.creator = null;
    this.screen?.remove();
    this.screen = screen;
    if (screen) this.p.host.append(screen);
  }

  private signedOut(notice: string): void {
    this.p.api.token = null;
    memory.keepToken(null, false);
    this.title(notice);
  }

  private title(notice: string): void {
    if (!this.realm) return;
    this.show(
      titleScreen({
        api: this.p.api,
        realm: this.realm,
        notice,
        entered: (account, remember) => {
          this.account = account;
          memory.keepToken(this.p.api.token, remember);
          if (!account.guest) memory.keepEarlier(this.p.api.earlier, remember);
          void this.roster('');
        },
      }),
    );
  }

  private async roster(notice: string): Promise<void> {
    const account = this.account;
    if (!account) return this.title(notice);
    try {
      const { characters, limit, last } = await this.p.api.characters();
      if (characters.length === 0 && notice === '') return this.create();
      this.show(
        rosterScreen({
          api: this.p.api,
          art: this.p.art,
          account,
          characters,
          limit,
          last: last ?? null,
          notice,
          play: (c) => this.enter(c),
          create: () => this.create(),
          changed: () => void this.roster(''),
          upgraded: () => memory.keepEarlier(this.p.api.earlier, memory.remembered()),
          signOut: () => void this.leaveAccount(),
        }),
      );
    } catch (e) {
      if (signedOut(e)) return this.signedOut('You were signed out. Log in again.');
      const retry = { label: 'Try again', kind: 'primary', testid: 'status-again', run: () => void this.roster(notice) } as const;
      this.show(null);
      this.card.show({ title: 'Your characters did not load', detail: explain(e), waiting: false, actions: [retry] });
      return;
    }
    this.card.hide();
  }

  private async leaveAccount(): Promise<void> {
    try {
      await this.p.api.logout();
    } catch {
      // The token is forgotten here in any case.
    }
    this.account = null;
    this.signedOut('');
  }

  private create(): void {
    const creator = new Creator({
      api: this.p.api,
      art: this.p.art,
      classes: this.realm?.classes ?? [],
      still: this.p.still,
      created: (c) => this.enter(c),
      back: () => void this.rosterOrTitle(),
    });
    this.show(creator.node);
    this.creator = creator;
  }

  /** Back from making a character: to the list, or, with an empty list, out of the account. */
  private async rosterOrTitle(): Promise<void> {
    try {
      const { characters } = await this.p.api.characters();
      if (characters.length === 0) return await this.leaveAccount();
    } catch {
      // roster() meets the same error, and says so
    }
    await this.roster('');
  }

  private enter(c: Pick<Character, 'id' | 'name'>): void {
    this.show(null);
    this.play?.close();
    this.play = new Play({
      api: this.p.api,
      scene: this.scene,
      wardrobe: this.wardrobe,
      controls: this.controls,
      card: this.card,
      host: this.p.host,
      character: c,
      transport: this.p.transport,
      tier: this.p.tier,
      leave: () => this.leave(),
      again: () => this.enter(c),
    });
  }

  private leave(): void {
    this.play?.close();
    this.play = null;
    this.scene.setMap(vista());
    void this.roster('');
  }
}
