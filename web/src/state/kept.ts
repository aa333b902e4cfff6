// What the browser keeps for a reader; a browser that keeps nothing (a page inside another) loses it.

export function kept(name: string): string | null {
  try { return localStorage.getItem(name); } catch { return null; }
}

export function keep(name: string, value: string): void {
  try { localStorage.setItem(name, value); } catch { /* then it lasts as long as the page */ }
}
