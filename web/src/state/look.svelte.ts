// The colours as they are now, light or dark, for what is drawn on a canvas.

const NAMES = ['--ink', '--quiet', '--line', '--paper', '--soft', '--query', '--key', '--value', '--accent'] as const;
export type ColourName = (typeof NAMES)[number];
export type Colours = Record<ColourName, string>;

class Look {
  colours = $state.raw<Colours>(read());

  constructor() {
    const again = (): void => { this.colours = read(); };
    new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  }
}

function read(): Colours {
  const probe = document.body.appendChild(document.createElement('i'));
  const found = NAMES.map((name) => { probe.style.color = `var(${name})`; return [name, getComputedStyle(probe).color] as const; });
  probe.remove();
  return Object.fromEntries(found) as Colours;
}

export const look = new Look();
