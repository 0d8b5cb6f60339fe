// A question over the screen: one line to type, one button that does it, one way out. The browser keeps the focus inside.
import { busy, button, el, errorLine, field } from './dom';
import { explain } from './explain';

export interface Question {
  title: string;
  text: string;
  label: string;
  testid: string;
  /** what stands in the line at first */
  value: string;
  minLength: number;
  maxLength: number;
  /** on the button */
  action: string;
  danger: boolean;
  /** whether what is typed will do; the button waits for it */
  ready(typed: string): boolean;
  /** Does it. What it throws is shown, and the question stays. */
  run(typed: string): Promise<void>;
}

/** Asks, over host. The dialog goes when it is done, or when the player turns away. */
export function ask(host: HTMLElement, q: Question): void {
  const line = field(q.label, { testid: q.testid, autocomplete: 'off', minLength: q.minLength, maxLength: q.maxLength });
  const error = errorLine();
  const act = button(q.action, { kind: q.danger ? 'danger' : 'primary', type: 'submit', testid: 'char-confirm' });
  const back = button('Cancel', { kind: 'quiet', testid: 'char-cancel', onclick: () => dialog.close() });
  const form = el(
    'form',
    { class: 'panel narrow' },
    el('h1', {}, q.title),
    el('p', { class: 'dialog-text' }, q.text),
    line.node,
    error.node,
    el('div', { class: 'row' }, act, back),
  );
  form.noValidate = true;
  const dialog = el('dialog', { class: 'dialog', testid: 'dialog', ariaLabel: q.title }, form);
  const look = (): void => {
    act.disabled = !q.ready(line.input.value.trim());
  };
  line.input.value = q.value;
  line.input.addEventListener('input', look);
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    if (act.disabled) return;
    error.clear();
    void busy([act, back], async () => {
      try {
        await q.run(line.input.value.trim());
        dialog.close();
      } catch (e) {
        error.show(explain(e));
      }
    });
  });
  dialog.addEventListener('close', () => dialog.remove());
  look();
  host.append(dialog);
  dialog.showModal();
  line.input.select();
}
