// A change in plain words.

import type { Change } from '../../api/source';
import { attentionsOf, tokensOf, type Attention } from '../../core/attention';
import { number, readable } from '../../core/format';
import type { Graph } from '../../core/graph';
import { called } from '../../core/names';
import { t } from '../../strings';

const says = t.changes;

/** "cross-attention, layer 2". */
export function attentionName(attention: Attention): string {
  const kind = attention.part === 'cross' ? says.cross : `${says.self}${attention.part === 'decoder' ? ` (${says.writes})` : ''}`;
  return `${kind}, ${says.layer(attention.layer + 1)}`;
}

/** The part of the model that a path belongs to: "feed-forward, encoder layer 2". */
export function partName(path: string): string {
  const parts = path.split('.'), last = parts.at(-1)!;
  const layer = path.match(/^(encoder|decoder)\.\d+/)?.[0];
  const owner = parts.length > 1 ? called(parts.slice(0, -1).join('.')) : '';
  const words = last === 'output' && owner ? owner : [called(last), owner && !/^\d+$/.test(owner) ? owner : ''].filter(Boolean).join(', ');
  return layer ? `${words}, ${called(layer)}` : words;
}

export function changeSaid(change: Change, graph: Graph): string {
  const attention = attentionsOf(graph).find((one) => change.path === one.stages.weights);
  if (attention && change.scale !== undefined && change.scale !== null) return aboutAttention(change, change.scale, attention, graph);
  const where = change.where.some((place) => place !== null) ? says.said.place(partName(change.path), change.where.map((place) => place ?? '·').join(', ')) : partName(change.path);
  if (change.swap) return says.said.swapped(where, change.swap.text);
  if (change.value !== undefined && change.value !== null) return /mask$/.test(change.path) && change.value === 1 ? says.said.maskOff(where) : says.said.set(where, number(change.value));
  if (/(^|\.)scaled$/.test(change.path) && change.scale! > 1 && /attention|attn/.test(change.path)) return says.said.rootOff(partName(change.path.replace(/\.scaled$/, '.output')));
  return change.scale === 0 ? says.said.off(where) : says.said.scaled(where, number(change.scale ?? 1, 2));
}

function aboutAttention(change: Change, scale: number, attention: Attention, graph: Graph): string {
  const [head, row, column] = change.where, { queries, keys, writes } = tokensOf(graph, attention.part);
  const what = `${attentionName(attention)}, ${head === null || head === undefined ? says.heads : says.head(head + 1)}`;
  const at = readable(keys[column ?? 0]?.piece ?? '');
  if (column !== null && column !== undefined) {
    return row === null || row === undefined ? says.said.cutAll(what, at) : says.said.cut(what, readable((writes ?? queries)[row]?.piece ?? ''), at);
  }
  return scale === 0 ? says.said.off(what) : says.said.scaled(what, number(scale, 2));
}

