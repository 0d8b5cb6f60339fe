// What the browser remembers: the login token (never the password). With "remember me" it outlives the browser, without it
// the tab. A browser that forbids storage just forgets.

const TOKEN = 'realmwire.token';
const OVERLAY = 'realmwire.overlay';

function quietly<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

export const memory = {
  token(): string | null {
    return quietly(() => localStorage.getItem(TOKEN) ?? sessionStorage.getItem(TOKEN), null);
  },
  keepToken(token: string | null, remember: boolean): void {
    quietly(() => {
      localStorage.removeItem(TOKEN);
      sessionStorage.removeItem(TOKEN);
      if (token) (remember ? localStorage : sessionStorage).setItem(TOKEN, token);
    }, undefined);
  },
  overlayOpen(): boolean {
    return quietly(() => localStorage.getItem(OVERLAY) === '1', false);
  },
  keepOverlay(open: boolean): void {
    quietly(() => localStorage.setItem(OVERLAY, open ? '1' : '0'), undefined);
  },
};
