import { describe, expect, test } from 'vitest';
import { collapse, shown, wiresOf } from './collapse';
import { flow, type Box } from './flow';
import { isComputed, nodeAt, treeOf } from './graph';
import { small } from './handmade';
import { plan, skeletonOf } from './plan';
import { arrangeSteps, boxSteps, lineSteps, satellites, type Step } from './steps';

const overlap = (a: { x: number; y: number; width: number; height: number }, b: typeof a): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const clash = <T extends { x: number; y: number; width: number; height: number }>(boxes: T[]): [T, T][] =>
  boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlap(a, b)).map((b): [T, T] => [a, b]));

function whole(pre: boolean, layers: number, width: number): { boxes: Box[]; lines: number; edges: number; width: number } {
  const graph = small(pre, layers), root = treeOf(graph), skeleton = skeletonOf(graph, root);
  const parts = shown(graph.entries, root, new Set(['low.0', 'high.0'])), { edges } = collapse(graph.entries, parts);
  const found = flow(plan(graph, skeleton, parts), edges, { width, stacked: width < 700, gap: 24, top: 44, stream: 56, heading: 46, dots: true, leave: 0, heightOf: (item) => (item.dot ? 28 : 46) });
  return { boxes: found.boxes, lines: found.lines.length, edges: edges.length, width: Math.max(...found.boxes.map((box) => box.x + box.width)) };
}

describe('the whole', () => {
  test.each([[true, 2, 1100], [false, 2, 1100], [true, 12, 740], [false, 12, 360]])('pre-norm %s, %i layers, %i px: nothing overlaps, every edge has a line', (pre, layers, width) => {
    const found = whole(pre, layers, width);
    expect(clash(found.boxes)).toEqual([]);
    expect(found.lines).toBe(found.edges);
    expect(found.width).toBeLessThanOrEqual(width);
    expect(found.boxes.every((box) => box.width > 0 && Number.isFinite(box.y))).toBe(true);
  });
  test('stacks stand side by side, the stream of each on the outside, sub-layers off it', () => {
    const { boxes } = whole(true, 1, 1100);
    const at = (path: string): Box => boxes.find((box) => box.path === path)!;
    expect([at('memory').column, at('logits').column, at('mask').column, at('high.0.attention').column]).toEqual([0, 1, 0, 1]);
    expect([at('mask').track, at('table').track, at('low.0.attention').track, at('low.0.after.added').track]).toEqual(['aside', 'aside', 'branch', 'spine']);
    expect(at('low.0.after.added').x).toBeLessThan(at('low.0.attention').x);
    expect(at('high.0.after.added').x).toBeGreaterThan(at('high.0.attention').x);
  });
});

describe('the steps of one part', () => {
  const graph = small(true), node = nodeAt(treeOf(graph), 'high.0.attention')!;
  const inside = node.entries.filter((i) => isComputed(graph.entries[i]!));
  const wires = wiresOf(graph.entries, inside), held = new Set(inside.flatMap((i) => satellites(graph.entries, node.entries, i)));
  const ports = [...new Set(wires.map((wire) => wire.from))].filter((i) => !inside.includes(i) && !held.has(i));
  const steps: Step[] = [...ports.map((entry) => ({ key: '', entry, port: true })), ...inside.map((entry) => ({ key: '', entry, port: false }))];

  test.each([1, 2, 3])('in %i columns: nothing overlaps, each stands below what it needs', (most) => {
    const places = arrangeSteps(graph.entries, steps, most);
    const room = { width: 900, gap: 48, gutter: 44, widest: 420, heightOf: () => 61 };
    const { boxes } = boxSteps(places, room);
    expect(clash(boxes)).toEqual([]);
    expect(Math.max(...boxes.map((box) => box.column))).toBeLessThan(most);
    const top = new Map(boxes.map((box) => [box.entry, box.y]));
    wires.filter((wire) => top.has(wire.from)).forEach((wire) => expect(top.get(wire.from)!).toBeLessThan(top.get(wire.to)!));
    const lines = lineSteps(boxes, wires, room);
    const drawn = [...lines.map((line) => line.wire), ...wires.filter((wire) => held.has(wire.from))];
    expect(drawn.map((wire) => `${wire.to}:${wire.input}`).sort()).toEqual(wires.map((wire) => `${wire.to}:${wire.input}`).sort());
  });
  test('a matrix is drawn with the step that alone reads it', () => {
    expect([...held].map((i) => graph.entries[i]!.path)).toEqual(['high.0.attention.query_matrix.weight']);
  });
});
