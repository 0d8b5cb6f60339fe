// The first screen: the realm's name and news; log in, register, or play as a guest.
import type { Account, RealmApi, RealmInfo } from '../sdk';
import logoUrl from '../../public/logo.png';
import { busy, button, el, errorLine, field } from './dom';
import { explain } from './explain';

export interface TitleOptions {
  api: RealmApi;
  realm: RealmInfo;
  /** why the player is here again, if there is a reason to tell */
  notice: string;
  entered(account: Account, remember: boolean): void;
}

export function logo(): HTMLElement {
  const image = el('img', { class: 'logo' });
  image.src = logoUrl;
  image.alt = 'Realmwire';
  return image;
}

export function realmLine(realm: RealmInfo): HTMLElement {
  const count = realm.players === 1 ? '1 player' : `${realm.players} players`;
  return el('p', { class: 'realm-line' }, el('strong', {}, realm.name), ` · ${count} online`);
}

export function titleScreen(o: TitleOptions): HTMLElement {
  const name = field('Name', { testid: 'login-name', autocomplete: 'username', minLength: 3, maxLength: 20 });
  const password = field('Password', { testid: 'login-password', type: 'password', autocomplete: 'current-password', minLength: 8, maxLength: 128 });
  const remember = el('input', { testid: 'remember-me', type: 'checkbox' });
  remember.checked = true;
  const error = errorLine();
  error.show(o.notice);

  const login = button('Log in', { type: 'submit', testid: 'login-submit' });
  const register = button('Create account', { testid: 'register-submit' });
  const guest = button('Play as guest', { kind: 'primary', testid: 'guest-submit' });
  const all = [login, register, guest];

  const enter = (way: () => Promise<Account>): void => {
    error.clear();
    void busy(all, async () => {
      try {
        o.entered(await way(), remember.checked);
      } catch (e) {
        error.show(explain(e));
      }
    });
  };
  const form = el(
    'form',
    { class: 'stack' },
    name.node,
    password.node,
    el('label', { class: 'check' }, remember, 'Remember me on this device'),
    error.node,
    el('div', { class: 'row' }, login, register),
  );
  form.noValidate = true; // the server states its rules itself, in words
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    enter(() => o.api.login(name.input.value.trim(), password.input.value));
  });
  register.addEventListener('click', () => enter(() => o.api.register(name.input.value.trim(), password.input.value)));
  guest.addEventListener('click', () => enter(() => o.api.guest()));

  return el(
    'section',
    { class: 'screen title-screen', testid: 'title-screen' },
    logo(),
    el(
      'div',
      { class: 'panel narrow' },
      realmLine(o.realm),
      o.realm.motd ? el('p', { class: 'motd' }, o.realm.motd) : null,
      guest,
      el('div', { class: 'or', ariaHidden: 'true' }, 'or'),
      form,
    ),
  );
}
