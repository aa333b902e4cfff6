// The elements of the page that hold what is drawn on them, by what they say of themselves; and word
// of everything that may have moved them.

import { HOLDERS, WHOLE, type Box } from '../core/drawing';

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

/** Where a holder is in the window; null where it is not on the page. */
export function boxOf(holder: string): Box | null {
  const named = holder.match(/^([\w-]+)=(.*)@(\d+)$/s);
  const attribute = HOLDERS.find((one) => one === named?.[1]);
  const element = holder === WHOLE ? document.querySelector(WHOLE) : attribute ? alike(attribute, named![2]!)[Number(named![3])] : null;
  const box = element?.getBoundingClientRect();
  return box?.width ? { left: box.left, top: box.top, width: box.width } : null;
}

/** Be called, once a frame at most, when the page was scrolled, laid out anew or changed. Returns what ends that. */
export function onMoves(call: () => void): () => void {
  let waiting = 0;
  const soon = (): void => { waiting ||= requestAnimationFrame(() => { waiting = 0; call(); }); };
  const changes = new MutationObserver(soon), sizes = new ResizeObserver(soon);
  changes.observe(document.body, { childList: true, subtree: true, characterData: true });
  sizes.observe(document.body);
  addEventListener('scroll', soon, true);
  addEventListener('resize', soon);
  return () => {
    cancelAnimationFrame(waiting);
    changes.disconnect();
    sizes.disconnect();
    removeEventListener('scroll', soon, true);
    removeEventListener('resize', soon);
  };
}
