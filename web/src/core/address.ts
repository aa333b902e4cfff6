// The page's state as an address, and back: what a reload, a bookmark or a colleague gets.

export type Place = Readonly<Record<string, string>>;

export function fromAddress(hash: string): Place {
  return Object.fromEntries([...new URLSearchParams(hash.replace(/^#/, ''))].filter(([, value]) => value !== ''));
}

/** `page` is the address of the page itself, which a page inside another must say. */
export function toAddress(place: Place, page = ''): string {
  return `${page.replace(/#.*$/, '')}#${new URLSearchParams(Object.entries(place).filter(([, value]) => value !== ''))}`;
}

/** The place with some of it changed; null or '' takes a name out. */
export function moved(place: Place, change: Record<string, string | number | null>): Place {
  const next: Record<string, string> = { ...place };
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') delete next[name];
    else next[name] = String(value);
  }
  return next;
}
