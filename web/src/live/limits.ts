// What the page does not read, by the rules of src/glassformer/explorer/limits.py.

import { aloud } from '../strings';
import type { Model } from './model';

/** Why a text cannot be read, in a sentence for the reader; null if it can. */
export function refusal(model: Model, text: string, target: string | null): string | null {
  if (!text.trim()) return aloud.empty;
  const sides = [[text, model.source, model.held.longest], [target ?? '', model.target, model.held.written]] as const;
  for (const [said, tokenizer, most] of sides) {
    const odd = [...said].find((sign) => /[\p{Cc}\p{Cs}]/u.test(sign) && !/[\t\n\r]/.test(sign));
    if (odd) return aloud.control(odd.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0'));
    const count = tokenizer.encode(said).length + 1;
    if (count > most) return aloud.long(count, most);
  }
  return null;
}
