// Making a character: name, class, and the colours of its look, with a figure that walks as it will in the world.
import type { Character, RealmApi } from '../sdk';
import type { Art } from '../game/art';
import type { FigureLook } from '../game/figure';
import { figures } from '../game/manifest';
import { busy, button, el, errorLine, field } from './dom';
import { explain } from './explain';
import { Portrait } from './portrait';
import { capital } from './roster';

export interface CreatorOptions {
  api: RealmApi;
  art: Art;
  /** classes that the realm offers, in its order */
  classes: readonly string[];
  still: boolean;
  created(c: Character): void;
  back(): void;
}

const BLURBS: Readonly<Record<string, string>> = {
  knight: 'Steel, shield and a steady step.',
  rogue: 'A hood, a dagger, and nobody behind you.',
  wizard: 'A very tall hat. Also magic.',
};

type Part = 'skin' | 'hair' | 'shirt';

function anyLook(): FigureLook {
  const pick = (n: number): number => Math.floor(Math.random() * n);
  // the last two skins are for those who look for them
  return { class: 0, skin: pick(6), hair: pick(8), shirt: pick(8) };
}

export class Creator {
  readonly node: HTMLElement;
  private readonly look = anyLook();
  private readonly portrait: Portrait;
  private readonly error = errorLine();
  private readonly name = field('Name', {
    testid: 'char-name',
    autocomplete: 'off',
    minLength: 2,
    maxLength: 16,
    hint: '2–16 letters, digits, spaces, apostrophes or hyphens',
  });
  private chosen: string;
  private readonly blurb = el('p', { class: 'hint' });
  private running = true;

  constructor(private readonly o: CreatorOptions) {
    this.chosen = o.classes[0] ?? '';
    this.look.class = Math.max(0, figures.classes.indexOf(this.chosen));
    this.portrait = new Portrait(o.art, this.look, 'Your character');
    this.portrait.node.classList.add('large');
    this.node = this.build();
    this.name.input.focus();
    if (!o.still) this.animate();
  }

  private animate(): void {
    const step = (now: number): void => {
      if (!this.running) return;
      this.portrait.walk(now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** Stops the preview. */
  close(): void {
    this.running = false;
  }

  private build(): HTMLElement {
    const create = button('Create', { kind: 'primary', type: 'submit', testid: 'char-create' });
    const form = el(
      'form',
      { class: 'creator' },
      el('div', { class: 'preview' }, this.portrait.node, this.shuffleButton()),
      el(
        'div',
        { class: 'stack' },
        this.name.node,
        this.classPicker(),
        this.blurb,
        this.swatches('skin', 'Skin'),
        this.swatches('hair', 'Hair'),
        this.swatches('shirt', 'Colours'),
        this.error.node,
        el('div', { class: 'row' }, create, button('Back', { kind: 'quiet', onclick: () => this.o.back() })),
      ),
    );
    form.noValidate = true;
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      this.submit(create);
    });
    return el('section', { class: 'screen', testid: 'creator-screen' }, el('div', { class: 'panel wide' }, el('h1', {}, 'New character'), form));
  }

  private shuffleButton(): HTMLElement {
    return button('Surprise me', {
      kind: 'quiet',
      onclick: () => {
        Object.assign(this.look, { ...anyLook(), class: this.look.class });
        this.refresh();
      },
    });
  }

  private refresh(): void {
    this.portrait.wear(this.look);
    for (const input of this.node.querySelectorAll<HTMLInputElement>('input[data-part]')) {
      const part = input.dataset.part;
      if (part === 'skin' || part === 'hair' || part === 'shirt') input.checked = Number(input.value) === this.look[part];
    }
  }

  private classPicker(): HTMLElement {
    const group = el('fieldset', { class: 'classes' }, el('legend', {}, 'Class'));
    for (const name of this.o.classes) {
      const input = el('input', { type: 'radio' });
      input.name = 'class';
      input.checked = name === this.chosen;
      input.addEventListener('change', () => {
        this.chosen = name;
        this.look.class = Math.max(0, figures.classes.indexOf(name));
        this.blurb.textContent = BLURBS[name] ?? '';
        this.portrait.wear(this.look);
      });
      group.append(el('label', { class: 'pill', testid: `class-${name}` }, input, el('span', {}, capital(name))));
    }
    this.blurb.textContent = BLURBS[this.chosen] ?? '';
    return group;
  }

  private swatches(part: Part, label: string): HTMLElement {
    const group = el('fieldset', { class: 'swatches' }, el('legend', {}, label));
    figures[part].forEach((ramp, i) => {
      const input = el('input', { type: 'radio', ariaLabel: `${label} ${i + 1}` });
      input.name = part;
      input.value = String(i);
      input.dataset.part = part;
      input.checked = this.look[part] === i;
      const swatch = el('span', { class: 'swatch' });
      swatch.style.setProperty('--swatch', ramp[2] ?? '');
      swatch.style.setProperty('--swatch-dark', ramp[1] ?? '');
      input.addEventListener('change', () => {
        this.look[part] = i;
        this.portrait.wear(this.look);
      });
      group.append(el('label', { testid: `${part}-${i}` }, input, swatch));
    });
    return group;
  }

  private submit(create: HTMLButtonElement): void {
    this.error.clear();
    void busy([create], async () => {
      try {
        const { skin, hair, shirt } = this.look;
        this.o.created(await this.o.api.createCharacter({ name: this.name.input.value.trim(), class: this.chosen, appearance: { skin, hair, shirt } }));
      } catch (e) {
        this.error.show(explain(e));
      }
    });
  }
}
