// What the browser remembers: the login token (never the password). With "remember me" it outlives the browser, without it
// the tab. The token of the last login with a password stays beyond a logout, when it opens nothing any more but tells the realm that
// this device has signed in before. A browser that forbids storage just forgets.

// Several realms may share an origin, each below a path of its own: none is shown another's token.
const folder = new URL('.', document.baseURI).pathname;
const here = folder === '/' ? '' : ` ${folder}`;

const TOKEN = `realmwire.token${here}`;
const EARLIER = `realmwire.earlier${here}`;
const OVERLAY = `realmwire.overlay${here}`;

function quietly<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

function recall(key: string): string | null {
  return quietly(() => localStorage.getItem(key) ?? sessionStorage.getItem(key), null);
}

function keep(key: string, value: string | null, remember: boolean): void {
  quietly(() => {
    localStorage.removeItem(key);
    sessionStorage.removeItem(key);
    if (value) (remember ? localStorage : sessionStorage).setItem(key, value);
  }, undefined);
}

export const memory = {
  token: (): string | null => recall(TOKEN),
  keepToken: (token: string | null, remember: boolean): void => keep(TOKEN, token, remember),
  /** Whether the token outlives the browser. */
  remembered: (): boolean => quietly(() => localStorage.getItem(TOKEN) !== null, false),
  earlier: (): string | null => recall(EARLIER),
  keepEarlier: (token: string | null, remember: boolean): void => keep(EARLIER, token, remember),
  overlayOpen(): boolean {
    return quietly(() => localStorage.getItem(OVERLAY) === '1', false);
  },
  keepOverlay(open: boolean): void {
    quietly(() => localStorage.setItem(OVERLAY, open ? '1' : '0'), undefined);
  },
};
