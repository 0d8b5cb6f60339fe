// Making elements. Text always goes in as text, never as markup: names and chat come from strangers.

type Child = Node | string | null;

interface Attributes {
  class?: string;
  testid?: string;
  type?: string;
  ariaLabel?: string;
  ariaHidden?: 'true';
  ariaLive?: 'polite' | 'assertive';
  role?: string;
  title?: string;
  onclick?: (e: MouseEvent) => void;
}

export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (attributes.class) node.className = attributes.class;
  if (attributes.testid) node.dataset.testid = attributes.testid;
  if (attributes.ariaLabel) node.ariaLabel = attributes.ariaLabel;
  if (attributes.ariaHidden) node.ariaHidden = attributes.ariaHidden;
  if (attributes.ariaLive) node.ariaLive = attributes.ariaLive;
  if (attributes.role) node.setAttribute('role', attributes.role);
  if (attributes.title) node.title = attributes.title;
  if (attributes.type) node.setAttribute('type', attributes.type);
  if (attributes.onclick) node.addEventListener('click', attributes.onclick as EventListener);
  node.append(...children.filter((c): c is Node | string => c !== null));
  return node;
}

interface ButtonOptions {
  testid?: string;
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  type?: 'button' | 'submit';
  onclick?: () => void;
}

export function button(label: string, o: ButtonOptions = {}): HTMLButtonElement {
  const node = el('button', { class: `button ${o.kind ?? 'plain'}`, type: o.type ?? 'button' }, label);
  if (o.testid) node.dataset.testid = o.testid;
  if (o.onclick) node.addEventListener('click', o.onclick);
  return node;
}

interface FieldOptions {
  testid: string;
  type?: 'text' | 'password';
  autocomplete: AutoFill;
  minLength: number;
  maxLength: number;
  hint?: string;
}

/** A labelled input. */
export function field(label: string, o: FieldOptions): { node: HTMLElement; input: HTMLInputElement } {
  const input = el('input', { testid: o.testid, type: o.type ?? 'text' });
  input.autocomplete = o.autocomplete;
  input.minLength = o.minLength;
  input.maxLength = o.maxLength;
  input.required = true;
  input.spellcheck = false;
  input.autocapitalize = 'off';
  const hint = o.hint ? el('span', { class: 'hint' }, o.hint) : null;
  return { node: el('label', { class: 'field' }, el('span', {}, label), input, hint), input };
}

/** A line for errors, empty until shown. */
export function errorLine(): { node: HTMLElement; show(text: string): void; clear(): void } {
  const node = el('p', { class: 'error', role: 'alert', testid: 'error' });
  node.hidden = true;
  return {
    node,
    show(text) {
      node.textContent = text;
      node.hidden = text === '';
    },
    clear() {
      node.hidden = true;
    },
  };
}

/** Runs an action with its buttons disabled, so that a slow network is never asked twice. */
export async function busy(buttons: readonly HTMLButtonElement[], action: () => Promise<void>): Promise<void> {
  for (const b of buttons) b.disabled = true;
  try {
    await action();
  } finally {
    for (const b of buttons) b.disabled = false;
  }
}
