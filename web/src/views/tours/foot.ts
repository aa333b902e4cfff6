// What a tour and the questions have in common: both stand at the foot of the page, which keeps room
// for them, and while they ask, a touched word of the sentence answers.

import type { Fact } from '../../core/queries';
import type { Touched } from '../../core/quiz';
import { ABOVE, PICTURES } from '../../parts/sight';
import { session } from '../../state/session.svelte';

type Word = NonNullable<Fact['token']>;

/** Keep as much room at the end of the page as this takes. */
export function dock(node: HTMLElement): () => void {
  const { style } = document.documentElement;
  const seen = new ResizeObserver(() => style.setProperty('--dock', `${node.clientHeight}px`));
  seen.observe(node);
  return () => {
    seen.disconnect();
    style.removeProperty('--dock');
  };
}

const EDGE = 16, LATE = 90;

/** Bring the open view into sight, or the spot of it that the address names; returns what gives that up. */
export function bring(): () => void {
  // What stands above and below it may come later, until the reader takes hold.
  let tries = 0, still = 0, last = '';
  const look = (): void => {
    const spot = session.place['spot'], view = session.view ? document.querySelector('main .view > *') : document.body, named = spot ? view?.querySelector(`[data-spot="${CSS.escape(spot)}"]`) : null;
    const shown = named ?? (spot && tries < LATE ? null : session.view ? view?.querySelector(PICTURES) ?? (tries < LATE ? null : view) : view);
    const top = (one: Element): number => Math.round(one.getBoundingClientRect().top + scrollY), to = !shown || !view ? NaN : session.view ? Math.max(top(view), top(shown) - (named ? EDGE : ABOVE)) : 0;
    const now = `${to} ${document.body.scrollHeight}`;
    if (now === last) still++;
    else if (shown) { scrollTo(0, to); last = now; }
    if (++tries < 8 * LATE && still < 3 * LATE) frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  const held = new AbortController(), end = (): void => { cancelAnimationFrame(frame); held.abort(); };
  for (const hand of ['wheel', 'touchmove', 'pointerdown', 'keydown']) addEventListener(hand, end, { signal: held.signal, passive: true });
  return end;
}

/** Do this with what is looked for, when it has come; returns what gives that up. */
export function when(find: () => Element | undefined, then: (found: Element) => void): () => void {
  let tries = 0;
  const look = (): void => {
    const found = find();
    if (found) then(found);
    else if (++tries < LATE) frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  return () => cancelAnimationFrame(frame);
}

/** The nearest that says what it is: around what was touched, or in the button or the line of a list that this stands in. */
function nearest(target: HTMLElement, what: string): DOMStringMap | undefined {
  const around = (one: string): HTMLElement | null | undefined => target.closest(one)?.querySelector<HTMLElement>(what);
  return (target.closest<HTMLElement>(what) ?? around('button') ?? around('li') ?? around('td'))?.dataset;
}

/** A click on a token of the sentence, or on something in the open view, where `answers` takes it: then it does nothing else. */
export const touch = (answers: (touched: Touched) => boolean) => (event: Event): void => {
  const target = event.target as HTMLElement, inside = target.closest?.('.view'), touched: Touched = {};
  const token = nearest(target, '[data-side][data-at]'), cell = inside && nearest(target, '[data-path][data-flat]'), at = inside && target.closest<HTMLElement>('[data-part], [data-layer], [data-head]')?.dataset;
  if (token) touched.token = { side: token['side'] as Word['side'], at: Number(token['at']) };
  if (cell) touched.cell = { path: cell['path']!, flat: Number(cell['flat']) };
  Object.assign(touched, at && { part: at['part'] ?? at['layer'], head: at['head'] });
  if (!answers(touched)) return;
  event.stopPropagation();
  event.preventDefault();
};
