// What a tour and the questions have in common: both stand at the foot of the page, which keeps room
// for them, and while they ask, a touched word of the sentence answers.

import type { Fact } from '../../core/queries';

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

/** A click on a token of the sentence, or on the button around it, where `answers` takes it: then it does nothing else. */
export const touch = (answers: (word: Word) => boolean) => (event: Event): void => {
  const target = event.target as HTMLElement;
  const token = target.closest?.<HTMLElement>('[data-side][data-at]') ?? target.closest?.('button')?.querySelector<HTMLElement>('[data-side][data-at]');
  if (!token || !answers({ side: token.dataset['side'] as Word['side'], at: Number(token.dataset['at']) })) return;
  event.stopPropagation();
  event.preventDefault();
};
