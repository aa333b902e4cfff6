import { describe, expect, test } from 'vitest';
import { collapse, shown, spineTo, wiresOf } from './collapse';
import { nodeAt, treeOf, wayTo, type Node } from './graph';
import { graphOf, small } from './handmade';

const pairs = (edges: { from: string; to: string; wires: unknown[] }[]): string[] => edges.map((edge) => `${edge.from} → ${edge.to} ×${edge.wires.length}`).sort();

describe('the tree', () => {
  const graph = small(false), root = treeOf(graph);
  test('has each entry once, a parameter with the value that alone reads it', () => {
    expect(root.entries).toEqual(graph.entries.map((_, i) => i));
    expect(root.children.map((one) => one.path)).toEqual(['source', 'target', 'table', 'mask', 'reading', 'low.0', 'memory', 'writing', 'high.0', 'logits']);
    expect(nodeAt(root, 'low.0.after')!.children.map((one) => one.path)).toEqual(['low.0.after.added', 'low.0.after.normalised']);
    expect(nodeAt(root, 'low.0.after.normalised')!.entries.map((i) => graph.entries[i]!.path)).toContain('low.0.after.norm.weight');
  });
  test('keeps a helper without a part with what reads it', () => {
    expect(nodeAt(root, 'mask')!.entries.map((i) => graph.entries[i]!.path)).toEqual(['ne', 'mask']);
    expect(wayTo(root, 'ne').map((one) => one.path)).toEqual(['mask', 'ne']);
  });
});

describe('collapse', () => {
  test('draws exactly the edges between closed parts', () => {
    const graph = small(false), root = treeOf(graph);
    expect(pairs(collapse(graph.entries, shown(graph.entries, root, new Set())).edges)).toEqual([
      'high.0 → logits ×1', 'low.0 → memory ×1', 'mask → low.0 ×1', 'memory → high.0 ×1', 'reading → low.0 ×3', 'source → mask ×1',
      'source → reading ×1', 'table → logits ×1', 'table → reading ×1', 'table → writing ×1', 'target → writing ×1', 'writing → high.0 ×2',
    ]);
  });
  test('of one open part alone says what comes in and what goes on', () => {
    const graph = small(false), root = treeOf(graph);
    const found = collapse(graph.entries, shown(graph.entries, nodeAt(root, 'high.0')!, new Set()));
    expect(found.parts.map((one) => one.path)).toEqual(['high.0.attention', 'high.0.after']);
    expect(found.takes.map((i) => graph.entries[i]!.path)).toEqual(['writing.embedded', 'memory']);
    expect(pairs(found.taken)).toEqual(['memory → high.0.attention ×1', 'writing.embedded → high.0.after ×1', 'writing.embedded → high.0.attention ×1']);
    expect(pairs(found.given)).toEqual(['high.0.after → logits ×1']);
  });
  test.each([true, false])('with everything open has every recorded input, once (pre-norm: %s)', (pre) => {
    const graph = small(pre, 2), root = treeOf(graph), open = new Set<string>();
    const visit = (node: Node): void => { open.add(node.path); node.children.forEach(visit); };
    visit(root);
    const single = graph.entries.map((entry, i): Node => ({ path: entry.path, name: '', children: [], entry: i, entries: [i] }));
    const drawn = collapse(graph.entries, single).edges.flatMap((edge) => edge.wires.map((wire) => `${wire.to}:${wire.input}`));
    const recorded = wiresOf(graph.entries, root.entries).map((wire) => `${wire.to}:${wire.input}`);
    expect(drawn.sort()).toEqual(recorded.sort());
    const leaves = shown(graph.entries, root, open);
    expect(leaves.flatMap((leaf) => leaf.entries).sort((a, b) => a - b)).toEqual(root.entries);
  });
  test('a norm and an addition around a sub-layer are shown apart, and only then', () => {
    const paths = (pre: boolean): string[] => {
      const graph = small(pre), root = treeOf(graph);
      return shown(graph.entries, nodeAt(root, 'low.0')!, new Set()).map((one) => one.path);
    };
    expect(paths(true)).toEqual(['low.0.after.normalised', 'low.0.attention', 'low.0.after.added']);
    expect(paths(false)).toEqual(['low.0.attention', 'low.0.after']);
  });
});

test.each([true, false])('the stream goes past what is added to it (pre-norm: %s)', (pre) => {
  const graph = small(pre), spine = spineTo(graph.entries, graph.entries.length - 1);
  const paths = [...spine].map((i) => graph.entries[i]!.path);
  expect(paths).toEqual(['logits', ...(pre ? [] : ['high.0.after.normalised']), 'high.0.after.added', 'writing.embedded', 'target']);
});

test('a loss leads back through what the model made, not to what it is held against', () => {
  const graph = graphOf([['words', [], { kind: 'input' }], ['wanted', [], { kind: 'input' }], ['made', ['words']], ['logs', ['made']], ['loss', ['wanted', 'logs'], { operator: 'mul' }]]);
  expect([...spineTo(graph.entries, 4)].map((i) => graph.entries[i]!.path)).toEqual(['loss', 'logs', 'made', 'words']);
});
