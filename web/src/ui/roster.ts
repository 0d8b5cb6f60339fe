// The player's characters: go on with the last one, pick another, name it anew, delete it, or make a new one.
import type { Account, Character, RealmApi } from '../sdk';
import type { Art } from '../game/art';
import { coloursOf } from '../game/figure';
import { figures } from '../game/manifest';
import { ask } from './dialog';
import { busy, button, el, errorLine, field } from './dom';
import { explain } from './explain';
import { Portrait } from './portrait';

export interface RosterOptions {
  api: RealmApi;
  art: Art;
  account: Account;
  characters: readonly Character[];
  limit: number;
  /** the id of the character that was played last */
  last: string | null;
  notice: string;
  play(c: Character): void;
  create(): void;
  /** the list is not true any more */
  changed(): void;
  /** the guest has a password now */
  upgraded(): void;
  signOut(): void;
}

function classNumber(name: string): number {
  return Math.max(0, figures.classes.indexOf(name));
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function card(o: RosterOptions, c: Character): HTMLElement {
  const portrait = new Portrait(o.art, { ...coloursOf(c.appearance), class: classNumber(c.class) }, `${c.name}, ${c.class}`);
  const play = button('Play', { kind: o.last === null && o.characters.length === 1 ? 'primary' : 'plain', testid: 'char-play', onclick: () => o.play(c) });
  const rename = button('Rename', { kind: 'quiet', testid: 'char-rename', onclick: () => askName(o, c) });
  const remove = button('Delete', { kind: 'quiet', testid: 'char-delete', onclick: () => askDeletion(o, c) });
  for (const b of [play, rename, remove]) {
    b.dataset.character = c.name;
    b.ariaLabel = `${b.textContent} ${c.name}`;
  }
  return el(
    'li',
    { class: 'card', testid: 'char-card' },
    portrait.node,
    el(
      'div',
      { class: 'card-text' },
      el('strong', {}, c.name),
      el('span', {}, `${capital(c.class)} · ${c.zone.replaceAll('-', ' ')}`),
      el('div', { class: 'card-acts' }, rename, remove),
    ),
    play,
  );
}

function askName(o: RosterOptions, c: Character): void {
  ask(document.body, {
    title: `Rename ${c.name}`,
    text: 'If somebody plays this character now, they are saved and have to enter again. The old name becomes free.',
    label: 'New name',
    testid: 'char-new-name',
    value: c.name,
    minLength: 2,
    maxLength: 16,
    action: 'Rename',
    danger: false,
    ready: (typed) => typed !== '' && typed !== c.name,
    run: async (typed) => {
      await o.api.renameCharacter(c.id, typed);
      o.changed();
    },
  });
}

function askDeletion(o: RosterOptions, c: Character): void {
  ask(document.body, {
    title: `Delete ${c.name}?`,
    text: `${c.name} and everything that ${c.name} has will be gone for good. If you are sure, type the name.`,
    label: 'The name of the character',
    testid: 'char-confirm-name',
    value: '',
    minLength: 2,
    maxLength: 16,
    action: 'Delete for good',
    danger: true,
    ready: (typed) => typed.toLowerCase() === c.name.toLowerCase(),
    run: async (typed) => {
      await o.api.deleteCharacter(c.id, typed);
      o.changed();
    },
  });
}

/** The shortest way back into the world; null where nobody was played yet. */
function goOn(o: RosterOptions): HTMLElement | null {
  const last = o.characters.find((c) => c.id === o.last);
  if (last === undefined) return null;
  return button(`Continue as ${last.name}`, { kind: 'primary', testid: 'char-continue', onclick: () => o.play(last) });
}

export function rosterScreen(o: RosterOptions): HTMLElement {
  const error = errorLine();
  error.show(o.notice);
  const full = o.characters.length >= o.limit;
  const create = button('New character', { kind: o.characters.length === 0 ? 'primary' : 'plain', testid: 'char-new', onclick: () => o.create() });
  create.disabled = full;
  return el(
    'section',
    { class: 'screen', testid: 'roster-screen' },
    el(
      'div',
      { class: 'panel' },
      el(
        'header',
        { class: 'panel-head' },
        el('h1', {}, 'Your characters'),
        el('span', { class: 'hint' }, o.account.guest ? `${o.account.name} (guest)` : o.account.name),
      ),
      goOn(o),
      el('ul', { class: 'cards' }, ...o.characters.map((c) => card(o, c))),
      error.node,
      full ? el('p', { class: 'hint' }, `All ${o.limit} places are taken.`) : null,
      o.account.guest ? upgrade(o) : null,
      el('div', { class: 'row' }, create, button('Log out', { kind: 'quiet', testid: 'logout', onclick: () => o.signOut() })),
    ),
  );
}

/** A guest may keep what it has by choosing a name and a password. */
function upgrade(o: RosterOptions): HTMLElement {
  const name = field('Name', { testid: 'upgrade-name', autocomplete: 'username', minLength: 3, maxLength: 20 });
  const password = field('Password', { testid: 'upgrade-password', type: 'password', autocomplete: 'new-password', minLength: 8, maxLength: 128 });
  const error = errorLine();
  const save = button('Save account', { type: 'submit', testid: 'upgrade-submit' });
  const form = el('form', { class: 'stack' }, name.node, password.node, error.node, save);
  form.noValidate = true;
  const box = el('details', { class: 'upgrade' }, el('summary', {}, 'Keep these characters: turn this guest into an account'), form);
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    error.clear();
    void busy([save], async () => {
      try {
        const account = await o.api.upgrade(name.input.value.trim(), password.input.value);
        o.upgraded();
        box.replaceChildren(el('summary', {}, `Saved. You are now ${account.name}.`));
      } catch (e) {
        error.show(explain(e));
      }
    });
  });
  return box;
}
