// Plain words for paths: what a part or value is called, and where the paper speaks of it.

import { names } from '../strings/en';

const clean = (part: string): string => part.replace(/[@#]\d+$/, '').replace(/\.original$/, '');

export function called(path: string): string {
  const part = path.match(/(encoder|decoder)\.(\d+)$/);
  if (part) return names[part[1]!]![0].replace('{n}', String(Number(part[2]) + 1));
  const last = clean(path.split('.').at(-1) ?? '');
  return names[last]?.[0] ?? last.replaceAll('_', ' ');
}

/** Paper's section, the nearest part's that has one. */
export function section(path: string): string {
  for (const part of path.split('.').reverse()) {
    const found = names[clean(part)];
    if (found) return found[1];
  }
  return '';
}

/** The hue that says what a thing is: queries, keys and values have one each, all else is ink. */
export function hueOf(path: string): '--query' | '--key' | '--value' | '--ink' {
  const last = clean(path.split('.').at(-1) ?? '');
  const owner = path.split('.').at(-2) ?? '';
  if (last === 'query' || owner === 'query_matrix') return '--query';
  if (last === 'key' || owner === 'key_matrix') return '--key';
  if (last === 'value' || owner === 'value_matrix') return '--value';
  return '--ink';
}
