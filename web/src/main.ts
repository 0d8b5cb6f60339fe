// The page: opens the stage, loads the pictures, and hands over to the app.
import './style.css';
import { App } from './app';
import { loadArt } from './game/art';
import type { Session, View } from './game/rpg';
import { Stage } from './game/stage';
import { RealmApi, TRANSPORTS, type Tier, type TransportChoice, type TransportKind } from './sdk';
import { explain } from './ui/explain';
import { StatusCard } from './ui/status';

declare global {
  interface Window {
    /** For tests and the curious: the live session, the API and what the last frame showed. Not an interface to build on. */
    realmwire?: { readonly api: RealmApi; readonly session: Session | null; readonly view: View | null };
  }
}

/** `?transport=webrtc`, or another, forces a transport. */
function chosenTransport(): TransportChoice {
  const wanted = new URLSearchParams(location.search).get('transport');
  return wanted !== null && Object.hasOwn(TRANSPORTS, wanted) ? (wanted as TransportKind) : 'auto';
}

/** `?tier=best` asks for snapshots of the best tier; a server grants them with `--tier best`. */
function chosenTier(): Tier {
  return new URLSearchParams(location.search).get('tier') === 'best' ? 'best' : 'fast';
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page lacks #${id}.`);
  return found;
}

async function main(): Promise<void> {
  const host = element('ui');
  try {
    const [stage, art] = await Promise.all([Stage.open(element('stage')), loadArt()]);
    const api = new RealmApi();
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const app = new App({ api, stage, art, host, transport: chosenTransport(), tier: chosenTier(), still });
    window.realmwire = {
      api,
      get session() {
        return app.session;
      },
      get view() {
        return app.view;
      },
    };
    await app.start();
  } catch (e) {
    const card = new StatusCard();
    host.replaceChildren(card.node);
    const reload = { label: 'Reload', kind: 'primary', run: () => location.reload() } as const;
    card.show({ title: 'The game did not start', detail: explain(e), waiting: false, actions: [reload] });
  }
}

void main();
