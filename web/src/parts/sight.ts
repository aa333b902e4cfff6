// What a place shows: the selected number, or else the open view's picture; found on the page, and
// brought into the part of the window that nothing covers.

import type { Cell } from '../state/session.svelte';

/** What a view is looked at for, and how much of what stands above it is kept in sight. */
export const PICTURES = ['svg', 'canvas', 'table', '[data-path]', 'ol[aria-label]'].join(), ABOVE = 110;
const AROUND = 24, PATIENCE = 50;

/** The selected number: where a picture marks it, the number that says it is it, or the picture of its value. */
export function numberAt({ path, flat }: Cell): Element | null {
  const seen = (query: string): Element | undefined => [...document.querySelectorAll(`main ${query}`)].find((one) => one.checkVisibility());
  const name = CSS.escape(path);
  return seen('[data-selected]') ?? seen(`[data-path="${name}"][data-flat="${flat}"]`) ?? seen(`:is([data-field="${name}"], [data-step="${name}"], [data-part="${name}"])`) ?? null;
}

/** Where what lies over the foot of the window begins. */
function foot(): number {
  const over = [...document.querySelectorAll('.foot, .tour, .quiz, aside')].filter((one) => getComputedStyle(one).position === 'fixed');
  return Math.min(innerHeight, ...over.map((one) => one.getBoundingClientRect().top));
}

/** Have it in view, in the middle of what is free if it was not; of what is taller, its beginning. */
function bring(element: Element): void {
  const { top, bottom, height } = element.getBoundingClientRect(), free = foot();
  if (top < AROUND || bottom > free - AROUND) scrollBy(0, top - Math.max(AROUND, (free - height) / 2));
}

/** Show the open view's picture, when there is one. */
function showView(open: boolean): void {
  const view = open ? document.querySelector('main .view > *') : document.body, shown = open ? view?.querySelector(PICTURES) : view;
  if (view && shown) scrollTo(0, open ? Math.max(view.getBoundingClientRect().top, shown.getBoundingClientRect().top - ABOVE) + scrollY : 0);
}

/** Keep what a place shows in view until somebody moves the page: five seconds from when it is there, and again
 *  whenever the page is laid out anew, however late. `selected` tells the number, `view` whether one is open. Returns
 *  what ends that. */
export function keepInView(selected: () => Cell | null, view: () => boolean): () => void {
  let still = 0, before = '';
  const timer = setInterval(() => {
    const cell = selected(), number = cell && numberAt(cell), top = number && Math.round(number.getBoundingClientRect().top + scrollY);
    const now = [top, document.body.scrollHeight, foot()].join();
    still = now === before ? still + 1 : 0;
    before = now;
    if (still > PATIENCE) return;
    if (number) bring(number);
    else if (!cell || still > PATIENCE / 5) showView(view());
  }, 100);
  const MOVES = ['wheel', 'touchstart', 'pointerdown', 'keydown', 'beforeinput'] as const;
  const end = (): void => { clearInterval(timer); MOVES.forEach((name) => removeEventListener(name, end, true)); };
  MOVES.forEach((name) => addEventListener(name, end, { capture: true, passive: true }));
  return end;
}
