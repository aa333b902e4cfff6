// The colours of the page as a canvas needs them: read once a theme, anew when it changes.

export interface Looks { ink: string; quiet: string; line: string; soft: string; paper: string; query: string; key: string; value: string; accent: string }

const NAMES = ['ink', 'quiet', 'line', 'soft', 'paper', 'query', 'key', 'value', 'accent'] as const;

function read(): Looks {
  const probe = document.body.appendChild(document.createElement('i'));
  const found = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(found) as unknown as Looks;
}

class Theme {
  looks = $state.raw<Looks>(read());

  constructor() {
    const renew = (): void => { this.looks = read(); };
    new MutationObserver(renew).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', renew);
  }
}

export const theme = new Theme();
