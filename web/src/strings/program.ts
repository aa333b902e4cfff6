// What the program says, said in the reader's language: a sentence that is known by its fixed words
// takes over what the program had put between them; another stays as it came.

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function put(known: Readonly<Record<string, string>>, said: string): string {
  for (const [sentence, here] of Object.entries(known)) {
    const found = said.match(new RegExp(`^${sentence.split('{}').map(escaped).join('(.+?)')}$`));
    if (found) return found.slice(1).reduce((text, part) => text.replace('{}', () => thousands(part)), here);
  }
  return said;
}

/** "12,345" as the page writes it. */
const thousands = (text: string): string => (/^\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(',', ' ') : text);
