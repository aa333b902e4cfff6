// The reader's language, chosen once, when the page is loaded: what the reader chose and the browser
// kept, else what the address says, else the first of the browser's languages that is spoken here.

import { fromAddress, moved, toAddress } from '../core/address';

export const LANGUAGES = { en: 'English', fr: 'Français' };
export type Language = keyof typeof LANGUAGES;

const KEPT = 'glassformer.language';
const spoken = (name: string | null | undefined): name is Language => name !== null && name !== undefined && Object.hasOwn(LANGUAGES, name);

function kept(): string | null {
  try { return localStorage.getItem(KEPT); } catch { return null; } // a browser that keeps nothing
}

function found(): Language {
  if (typeof document === 'undefined') return 'en';
  const asked = [kept(), fromAddress(location.hash)['language'], ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  return asked.find(spoken) ?? 'en';
}

export const language = found();

/** Another language, from now on: the page is loaded anew in it, at the same place. */
export function speak(chosen: Language): void {
  let said: Language | null = null;
  try { localStorage.setItem(KEPT, chosen); } catch { said = chosen; } // then the address says it
  history.replaceState(history.state, '', toAddress(moved(fromAddress(location.hash), { language: said }), location.href));
  location.reload();
}
