// The colours as they are now, light or dark, for what is drawn on a canvas.

import { writeAtLeast } from '../draw/canvas';

const NAMES = ['--ink', '--quiet', '--line', '--paper', '--soft', '--query', '--key', '--value', '--accent'] as const;
export type ColourName = (typeof NAMES)[number];
export type Colours = Record<ColourName, string>;

class Look {
  colours = $state.raw<Colours>(read());
  /** No text is smaller than this, in px. */
  least = $state(0);

  constructor() {
    const again = (): void => { this.colours = read(); };
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  }

  /** Write no text smaller, on the page and in its pictures; 0 ends that. */
  write(least: number): void {
    document.documentElement.style.setProperty('--least', `${least}px`);
    document.documentElement.classList.toggle('presenting', least > 0);
    writeAtLeast(least);
    this.least = least;
    this.colours = read(); // what is drawn is drawn anew
  }
}

function read(): Colours {
  const probe = document.body.appendChild(document.createElement('i'));
  const found = NAMES.map((name) => { probe.style.color = `var(${name})`; return [name, getComputedStyle(probe).color] as const; });
  probe.remove();
  return Object.fromEntries(found) as Colours;
}

export const look = new Look();
