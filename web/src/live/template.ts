// The graph of a run at given lengths, from the template that a file holds: in place of what depends on
// the lengths stands {"grows": [a, b, c]}, for a + b × source + c × target tokens.

import type { Entry, Json } from '../core/graph';

export interface Lengths { source: number; target: number }
export type Template = Json[];

export function filled(template: Template, { source, target }: Lengths): Entry[] {
  const fill = (part: Json): Json => {
    if (part === null || typeof part !== 'object') return part;
    if (Array.isArray(part)) return part.map(fill);
    const sum = part['grows'];
    if (sum) { const [a, b, c] = sum as [number, number, number]; return a + b * source + c * target; }
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, fill(value)]));
  };
  return template.map(fill) as unknown as Entry[];
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
