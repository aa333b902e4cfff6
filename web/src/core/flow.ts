// Where the parts of a stack stand: the residual stream runs straight down, sub-layers stand beside it
// as branches, two stacks face each other, and whatever reaches farther runs in lanes between them.

import type { Edge } from './collapse';
import type { Item, Track } from './plan';

export interface Box { path: string; x: number; y: number; width: number; height: number; column: number; track: Track; group: string; joins: boolean; dot: boolean }
export interface Line { from: string; to: string; d: string; lane: boolean }
export interface Frame { group: string; column: number; x: number; y: number; width: number; height: number }
export interface Flow { boxes: Box[]; lines: Line[]; frames: Frame[]; spines: { column: number; x: number; top: number; bottom: number }[]; width: number; height: number }
export interface Room {
  width: number;
  /** One stack under the other. */
  stacked: boolean;
  /** Between one item and the next, and above each stack. */
  gap: number; top: number;
  /** The width that the residual stream has to itself. */
  stream: number;
  heading: number;
  /** A part that only adds a branch to the stream is a dot on it. */
  dots: boolean;
  /** How far from the middle of the stream a branch leaves it. */
  leave: number;
  heightOf: (item: Item) => number;
}

const LANE = 9, EDGE = 22, CORNER = 10, INSET = 10;

export function flow(items: Item[], edges: Edge[], room: Room): Flow {
  const count = Math.max(0, ...items.map((item) => item.column)) + 1;
  const near = neighbours(items);
  const far = edges.filter((edge) => !near.has(`${edge.from} ${edge.to}`));
  const lanes = [...new Set(far.map((edge) => edge.from))];
  const side = lanes.length ? lanes.length * LANE + EDGE * 2 : 0;
  const beside = count > 1 && !room.stacked;
  const width = (room.width - side) / (beside ? count : 1);
  const placed = place(items, room, width, side, beside);
  const at = new Map(placed.boxes.map((box) => [box.path, box]));
  const laneX = (from: string): number => width + EDGE + lanes.indexOf(from) * LANE + LANE / 2;
  const slots = slotsOf(far, at);
  const lines = edges.filter((edge) => at.has(edge.from) && at.has(edge.to)).map((edge) => {
    const a = at.get(edge.from)!, b = at.get(edge.to)!, lane = !near.has(`${edge.from} ${edge.to}`);
    const d = lane ? laneLine(a, b, laneX(edge.from), beside, slots.get(edge)!) : nearLine(a, b, placed.spineX(a.column), room);
    return { from: edge.from, to: edge.to, d, lane };
  });
  return { ...placed, lines, width: room.width };
}

/** The pairs of items that a line can join without passing another: along the stream, off it into
 * the next branch, down the branch, and back. */
function neighbours(items: Item[]): Set<string> {
  const near = new Set<string>();
  const last = new Map<number, { spine: string | null; branch: string | null }>();
  for (const item of items.filter((one) => one.track !== 'aside')) {
    const before = last.get(item.column) ?? { spine: null, branch: null };
    if (before.spine !== null && (item.track === 'spine' || before.branch === null)) near.add(`${before.spine} ${item.path}`);
    if (before.branch !== null) near.add(`${before.branch} ${item.path}`);
    last.set(item.column, item.track === 'spine' ? { spine: item.path, branch: null } : { ...before, branch: item.path });
  }
  return near;
}

function place(items: Item[], room: Room, width: number, side: number, beside: boolean): Omit<Flow, 'lines' | 'width'> & { spineX: (column: number) => number } {
  const left = (column: number): number => (beside ? column * (width + side) : 0);
  const mirrored = (column: number): boolean => beside && column === 1;
  const spineX = (column: number): number => (mirrored(column) ? left(column) + width - room.stream / 2 : left(column) + room.stream / 2);
  const boxes: Box[] = [], frames: Frame[] = [], spines: Flow['spines'] = [];
  let height = 0;
  for (const column of new Set(items.map((item) => item.column).sort())) {
    let y = (beside || !height ? 0 : height + room.gap) + room.top, group = '';
    const first = boxes.length;
    for (const item of items.filter((one) => one.column === column)) {
      if (item.group !== group) {
        if (group) y += close(frames, y - room.gap);
        if (item.group) { frames.push({ group: item.group, column, x: left(column), y, width, height: 0 }); y += room.heading; }
        group = item.group;
      }
      const box = boxOf(item, y, room, left(column), width, spineX(column), mirrored(column));
      boxes.push(box);
      y += box.height + room.gap;
    }
    if (group) y += close(frames, y - room.gap);
    const own = boxes.slice(first).filter((box) => box.track === 'spine');
    if (own.length) spines.push({ column, x: spineX(column), top: own[0]!.y, bottom: own.at(-1)!.y + own.at(-1)!.height });
    height = Math.max(height, y - room.gap);
  }
  return { boxes, frames, spines, height, spineX };
}

function close(frames: Frame[], y: number): number {
  const frame = frames.at(-1)!;
  frame.height = y + INSET - frame.y;
  return INSET;
}

function boxOf(item: Item, y: number, room: Room, left: number, width: number, spineX: number, mirrored: boolean): Box {
  const height = room.heightOf(item);
  const common = { path: item.path, y, height, column: item.column, track: item.track, group: item.group, joins: item.joins, dot: room.dots && item.dot };
  if (common.dot) return { ...common, x: spineX - 22, width: 44 };
  if (item.track === 'spine') return { ...common, x: left + (item.group ? INSET : 0), width: width - (item.group ? INSET * 2 : 0) };
  return { ...common, x: mirrored ? left + INSET : left + room.stream, width: width - room.stream - INSET };
}

const middle = (box: Box): number => box.y + box.height / 2;

function nearLine(a: Box, b: Box, spineX: number, room: Room): string {
  const centre = (box: Box): number => (box.track === 'spine' ? spineX : box.x + box.width / 2);
  const from = centre(a), to = centre(b);
  if (a.track === b.track) return `M${from},${a.y + a.height} L${from},${a.y + a.height} L${to},${b.y}`;
  const way = Math.sign(to - from), y = middle(b);
  if (a.track === 'spine' && room.leave) return `M${from + way * room.leave},${y} H${way > 0 ? b.x : b.x + b.width}`;
  if (a.track === 'spine') return `M${from},${a.y + a.height} V${y - CORNER} Q${from},${y} ${from + way * CORNER},${y} H${way > 0 ? b.x : b.x + b.width}`;
  const leaves = way > 0 ? a.x + a.width - CORNER * 2 : a.x + CORNER * 2;
  if (!b.joins || (room.dots && !b.dot)) return `M${leaves},${a.y + a.height} V${b.y}`;
  return `M${leaves},${a.y + a.height} V${y - CORNER} Q${leaves},${y} ${leaves + way * CORNER},${y} H${b.dot ? (way > 0 ? b.x : b.x + b.width) : spineX - way * 12}`;
}

/** Of the lines that enter a box from the lanes each has a height of its own. */
function slotsOf(far: Edge[], at: Map<string, Box>): Map<Edge, number> {
  const into = new Map<string, Edge[]>(), slots = new Map<Edge, number>();
  far.forEach((edge) => into.set(edge.to, [...(into.get(edge.to) ?? []), edge]));
  for (const [path, edges] of into) {
    const box = at.get(path);
    edges.forEach((edge, i) => slots.set(edge, box ? box.y + (box.height * (i + 1)) / (edges.length + 1) : 0));
  }
  return slots;
}

function laneLine(a: Box, b: Box, lane: number, beside: boolean, y: number): string {
  const inner = (box: Box): number => (beside && box.column === 1 ? box.x : box.x + box.width);
  const x1 = inner(a), y1 = middle(a), x2 = inner(b), down = Math.sign(y - y1) || 1;
  const r = Math.min(CORNER, Math.abs(y - y1) / 2, Math.abs(lane - x1), Math.abs(x2 - lane));
  const out = Math.sign(lane - x1) || 1, into = Math.sign(x2 - lane) || 1;
  return `M${x1},${y1} H${lane - out * r} Q${lane},${y1} ${lane},${y1 + down * r} V${y - down * r} Q${lane},${y} ${lane + into * r},${y} H${x2}`;
}
