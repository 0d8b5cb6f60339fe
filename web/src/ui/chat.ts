// The chat: a log and a line to write on. Enter opens the line, Enter sends, Escape leaves it.
import { typing } from '../game/input/keys';
import { el } from './dom';

/** Lines kept; older ones go, however much strangers talk. */
const MAX_LINES = 100;
/** Letters sent at most; the server has the last word. */
const MAX_TEXT = 200;

export type ChatTone = 'said' | 'own' | 'system';

export class Chat {
  readonly node: HTMLElement;
  private readonly log = el('ol', { class: 'chat-log', testid: 'chat-log', role: 'log', ariaLive: 'polite', ariaLabel: 'Chat' });
  private readonly input = el('input', { class: 'chat-input', testid: 'chat-input', type: 'text', ariaLabel: 'Say something' });
  private readonly abort = new AbortController();

  constructor(send: (text: string) => void) {
    this.input.maxLength = MAX_TEXT;
    this.input.placeholder = matchMedia('(pointer: coarse)').matches ? 'Say something' : 'Press Enter to talk';
    this.input.autocomplete = 'off';
    this.input.enterKeyHint = 'send';
    const form = el('form', {}, this.input);
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      const text = this.input.value.trim();
      this.input.value = '';
      if (text !== '') send(text);
      this.input.blur();
    });
    this.node = el('div', { class: 'chat' }, this.log, form);
    window.addEventListener('keydown', (e) => this.key(e), { signal: this.abort.signal });
  }

  private key(e: KeyboardEvent): void {
    if (e.target === this.input) {
      if (e.key === 'Escape') this.input.blur();
      return;
    }
    if (e.key === 'Enter' && !typing(e.target) && !(e.target instanceof HTMLButtonElement)) {
      e.preventDefault();
      this.input.focus();
    }
  }

  add(from: string, text: string, tone: ChatTone): void {
    const stick = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 24;
    const line = el('li', { class: `chat-line ${tone}` }, from === '' ? null : el('b', {}, from), el('span', {}, text));
    this.log.append(line);
    while (this.log.childElementCount > MAX_LINES) this.log.firstElementChild?.remove();
    if (stick) this.log.scrollTop = this.log.scrollHeight;
  }

  close(): void {
    this.abort.abort();
    this.node.remove();
  }
}
