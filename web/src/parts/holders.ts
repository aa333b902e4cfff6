// The elements of the page that hold what is drawn on them, by what they say of themselves; and word
// of everything that may have moved them.

import { HOLDERS, WHOLE, type Box } from '../core/drawing';

const VALUES = ['data-field', 'data-step', 'data-part'] as const;
const NEARLY = 28; // px that a stroke may reach beyond what holds it

const nameOf = (element: Element, attribute: string): string =>
  attribute === 'data-flat' ? `${element.getAttribute('data-path')}:${element.getAttribute('data-flat')}` : element.getAttribute(attribute) ?? '';
const alike = (attribute: string, name: string): Element[] => [...document.querySelectorAll(`[${attribute}]`)].filter((one) => nameOf(one, attribute) === name);

/** What holds a stroke that begins on this element: itself or the nearest around it that has a name. */
export function holderOf(element: Element | null): string {
  for (let at = element; at && at !== document.body; at = at.parentElement) {
    const attribute = HOLDERS.find((one) => at!.hasAttribute(one));
    if (attribute) {
      const name = nameOf(at, attribute);
      return `${attribute}=${name}@${alike(attribute, name).indexOf(at)}`;
    }
  }
  return WHOLE;
}

/** What holds a stroke at these places of the window: of all that it lies in, or nearly, what is most like it in place
 *  and size, so that a ring around a word is the word's; null where there is none. */
export function holderAround(points: number[]): ({ at: string } & Box) | null {
  const xs = points.filter((_, i) => i % 2 === 0), ys = points.filter((_, i) => i % 2);
  const own = [Math.min(...xs), Math.min(...ys), -Math.max(...xs), -Math.max(...ys)];
  let best: Element | null = null, least = Infinity;
  for (const one of document.querySelectorAll(HOLDERS.map((name) => `:is(main, aside) [${name}]`).join())) {
    const box = one.getBoundingClientRect(), apart = [box.left, box.top, -box.right, -box.bottom].map((edge, i) => own[i]! - edge);
    const off = apart.reduce((sum, by) => sum + Math.abs(by), 0);
    if (box.width && off < least && apart.every((by) => by > -NEARLY) && one.checkVisibility()) [best, least] = [one, off];
  }
  const at = best && holderOf(best), box = at && boxOf(at);
  return box ? { at, ...box } : null;
}

/** What else shows the value that a holder was of, where a page of another width has no such holder. */
function another(attribute: string, name: string): Element | undefined {
  const path = attribute === 'data-flat' ? name.replace(/:\d+$/, '') : name;
  return VALUES.flatMap((one) => alike(one, path)).find((one) => one.checkVisibility());
}

/** Where a holder is in the window; null where neither it nor its value is on the page. */
export function boxOf(holder: string): Box | null {
  const named = holder.match(/^([\w-]+)=(.*)@(\d+)$/s);
  const attribute = HOLDERS.find((one) => one === named?.[1]);
  const element = holder === WHOLE ? document.querySelector(WHOLE) : attribute ? alike(attribute, named![2]!)[Number(named![3])] ?? another(attribute, named![2]!) : null;
  const box = element?.getBoundingClientRect();
  return box?.width ? { left: box.left, top: box.top, width: box.width, height: box.height } : null;
}

/** Be called, once a frame at most, when the page was scrolled, laid out anew or changed. Returns what ends that. */
export function onMoves(call: () => void): () => void {
  let waiting = 0;
  const soon = (): void => { waiting ||= requestAnimationFrame(() => { waiting = 0; call(); }); };
  const changes = new MutationObserver(soon), sizes = new ResizeObserver(soon);
  changes.observe(document.body, { childList: true, subtree: true, characterData: true, attributeFilter: ['class', 'style'] });
  sizes.observe(document.body);
  const MOVES = ['scroll', 'resize', 'transitionend'] as const;
  MOVES.forEach((name) => addEventListener(name, soon, true));
  document.fonts.addEventListener('loadingdone', soon);
  return () => {
    cancelAnimationFrame(waiting);
    changes.disconnect();
    sizes.disconnect();
    MOVES.forEach((name) => removeEventListener(name, soon, true));
    document.fonts.removeEventListener('loadingdone', soon);
  };
}
