// The residual stream of a stack: the words with their positions, what each layer hands on, and the
// last normalised value, in the order in which they ran.

import { lastEntry, type Graph, type Node } from './graph';

export function streamOf(graph: Graph, tree: Node, stack: 'encoder' | 'decoder'): string[] {
  const mine = stack === 'encoder' ? /^(source_embedding|encoder\.\d+|memory)$/ : /^(target_embedding|decoder\.\d+|hidden)$/;
  const named = tree.children.filter((node) => mine.test(node.path)).map((node) => lastEntry(node)).filter((i) => i !== null).map((i) => graph.entries[i]!.path);
  if (named.length > 1) return named;
  return graph.entries.filter((entry) => entry.tapped && entry.axes.join(' ') === 'batch position d_model' && !entry.path.endsWith('.original')).map((entry) => entry.path);
}
