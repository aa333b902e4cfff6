// Plain words for paths: what a part or value is called, and where the paper speaks of it.

import { layerNames, names, operatorNames, parameterNames, parameterOf, vocabularyMatrix } from '../strings';

const clean = (part: string): string => part.replace(/[@#]\d+$/, '').replace(/\.original$/, '');
const VOCABULARY_MATRIX = 'output_matrix';

function ends(path: string): { owner: string; last: string } {
  const parts = clean(path).split('.');
  return { owner: clean(parts.at(-2) ?? ''), last: clean(parts.at(-1) ?? '') };
}

function named(path: string): [string, string] | null {
  const { owner, last } = ends(path);
  if (path === VOCABULARY_MATRIX) return vocabularyMatrix;
  if (path === 'tokens') return names['source']!; // what a model of one stack is given
  return names[`${owner}.${last}`] ?? names[last] ?? null;
}

export function called(path: string): string {
  const layer = path.match(/^(encoder|decoder)\.(\d+)$/);
  if (layer) return layerNames[layer[1]!]!.replace('{n}', String(Number(layer[2]) + 1));
  const { owner, last } = ends(path);
  if (/^\d+$/.test(last)) return [owner, last].filter(Boolean).join('.'); // one of a list, as its code calls it
  const parameter = parameterNames[`${owner}.${last}`];
  if (parameter) return parameter;
  const of = owner && last in parameterOf ? parameterOf[last as keyof typeof parameterOf] : null;
  return of ? of(names[owner]?.[0] ?? owner.replaceAll('_', ' ')) : named(path)?.[0] ?? operatorNames[last] ?? last.replaceAll('_', ' ').trim();
}

/** The parts that a value stands in, from the outside in: "decoder layer 1", "cross-attention". */
export function within(path: string): string[] {
  const parts = path.replace(/^(encoder|decoder)\.(\d+)/, '$1 $2').split('.').map((part) => part.replace(/^(encoder|decoder) (\d+)$/, '$1.$2'));
  const owners = parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('.'));
  const own = called(path);
  return owners.filter((one) => !/(_matrix|tokens|positions|norm|up|down)$/.test(one)).map(called).filter((name) => name !== own);
}

/** Paper's section, the nearest part's that has one. */
export function section(path: string): string {
  const parts = clean(path).split('.');
  for (let end = parts.length; end > 0; end--) {
    const found = named(parts.slice(0, end).join('.'));
    if (found) return found[1];
  }
  return '';
}

/** The hue that says what a thing is: queries, keys and values have one each, all else is ink. */
export function hueOf(path: string): '--query' | '--key' | '--value' | '--ink' {
  const { owner, last } = ends(path);
  for (const one of ['query', 'key', 'value'] as const) {
    if (last === one || last === `${one}_matrix` || owner === `${one}_matrix`) return `--${one}`;
  }
  return '--ink';
}

/** The letter that always stands by a hue. */
export function letterOf(path: string): string {
  return { '--query': 'Q', '--key': 'K', '--value': 'V', '--ink': '' }[hueOf(path)];
}
