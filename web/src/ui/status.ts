// The card that says what is going on when there is no world to see, or no longer one: honest words, and a way out.
import { button, el } from './dom';

export interface StatusAction {
  label: string;
  kind?: 'primary' | 'plain' | 'quiet';
  testid?: string;
  run(): void;
}

export interface StatusText {
  title: string;
  detail: string;
  /** something is under way, so that waiting makes sense */
  waiting: boolean;
  actions: readonly StatusAction[];
}

/** Reasons come from many places, some as a bare phrase: shown, each is a sentence. */
function sentence(text: string): string {
  const t = text.trim();
  if (t === '') return t;
  return t.charAt(0).toUpperCase() + t.slice(1) + (/[.!?…]$/.test(t) ? '' : '.');
}

export class StatusCard {
  readonly node = el('section', { class: 'screen status', testid: 'status-screen', role: 'status', ariaLive: 'polite' });
  private shown = '';

  constructor() {
    this.node.hidden = true;
  }

  show(s: StatusText): void {
    const key = `${s.title}\n${s.detail}\n${s.actions.map((a) => a.label).join()}`;
    if (key === this.shown && !this.node.hidden) return;
    this.shown = key;
    this.node.replaceChildren(
      el(
        'div',
        { class: 'panel narrow status-card' },
        s.waiting ? el('div', { class: 'spinner', ariaHidden: 'true' }, el('i'), el('i'), el('i')) : null,
        el('h1', { testid: 'status-title' }, s.title),
        el('p', { testid: 'status-text' }, sentence(s.detail)),
        el('div', { class: 'row center' }, ...s.actions.map((a) => button(a.label, { kind: a.kind ?? 'plain', testid: a.testid, onclick: () => a.run() }))),
      ),
    );
    this.node.hidden = false;
  }

  hide(): void {
    this.node.hidden = true;
  }
}
