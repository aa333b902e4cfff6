// Which token of the sentence was touched: the token itself, or the button around it.

export interface Touched { side: 'source' | 'target'; at: number }

export function touched(event: Event): Touched | null {
  const target = event.target as HTMLElement;
  const found = target.closest?.<HTMLElement>('[data-side][data-at]') ?? target.closest?.('button')?.querySelector<HTMLElement>('[data-side][data-at]');
  return found ? { side: found.dataset['side'] as Touched['side'], at: Number(found.dataset['at']) } : null;
}
