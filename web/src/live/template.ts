// The graph of a run at given lengths, from the template that a file holds: in place of what depends on
// the lengths stands {"grows": [a, b, c]}, for a + b × source + c × target tokens.

import type { Entry, Json } from '../core/graph';

export interface Lengths { source: number; target: number }
export type Template = Json[];
type Filling = (lengths: Lengths) => Json;

/** What fills a template. All that does not grow is made once, and the same in every graph. */
export function filling(template: Template): (lengths: Lengths) => Entry[] {
  const parts = template.map(part);
  return (lengths) => parts.map((one) => (typeof one === 'function' ? one(lengths) : one)) as unknown as Entry[];
}

function part(whole: Json): Json | Filling {
  if (whole === null || typeof whole !== 'object') return whole;
  const sum = Array.isArray(whole) ? undefined : whole['grows'];
  if (sum) { const [a, b, c] = sum as [number, number, number]; return ({ source, target }) => a + b * source + c * target; }
  const names = Object.keys(whole), parts = Object.values(whole).map(part);
  if (!parts.some((one) => typeof one === 'function')) return whole;
  return (lengths) => {
    const found = parts.map((one) => (typeof one === 'function' ? one(lengths) : one));
    return Array.isArray(whole) ? found : Object.fromEntries(names.map((name, i) => [name, found[i]!]));
  };
}

/** Of each entry, whether it is the same however many target tokens there are, and whichever. */
export function steady(template: Template): boolean[] {
  const grows = (part: Json): boolean => {
    if (part === null || typeof part !== 'object') return false;
    if (Array.isArray(part)) return part.some(grows);
    const sum = part['grows'] as number[] | undefined;
    return sum ? sum[2] !== 0 : Object.values(part).some(grows);
  };
  const found: boolean[] = [];
  for (const part of template) {
    const entry = part as unknown as Entry;
    found.push(entry.path !== 'target' && !grows(part) && entry.inputs.every((source) => found[source.entry]));
  }
  return found;
}
