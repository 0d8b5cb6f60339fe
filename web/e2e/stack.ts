// A player without a screen, for whatever WebRTC stack there is: what stacks_test.go asks of one, on the SDK.
import { Session } from '../src/game/rpg';
import { RealmApi } from '../src/sdk';

let connections = 0;
globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
  constructor(config?: RTCConfiguration) {
    super(config);
    connections++;
  }
};

const heard: string[] = [];
let session: Session | null = null;

const stack = {
  async enter(url: string, name: string): Promise<void> {
    const api = new RealmApi(url);
    await api.guest();
    const character = await api.createCharacter({ name, class: 'wizard' });
    session = Session.connect(api, character.id, { transport: 'webrtc' });
    session.on('chat', (line) => heard.push(line.text));
  },
  hold(x: number, y: number): void {
    session?.setInput({ x, y, buttons: 0 });
  },
  say(text: string): void {
    session?.sendChat(text);
  },
  state(): unknown {
    const own = session?.frame(performance.now()).own ?? null;
    return {
      status: session?.status ?? '',
      text: session?.statusText ?? '',
      transport: session?.transport ?? '',
      heard,
      connections,
      desyncs: session?.stats.desyncs ?? 0,
      checked: session?.stats.viewsChecked ?? 0,
      own: own === null || own.kind !== 'player' ? null : { id: own.id, x: own.state.body.x, y: own.state.body.y },
    };
  },
  close(): void {
    session?.close();
  },
};

Object.assign(globalThis, { stack });
