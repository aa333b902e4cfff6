// Where the steps of one part stand: each below what it was computed from, side by side where they do
// not wait for each other; lines that pass a row run in a lane beside it.

import { isComputed, type Entry } from './graph';
import type { Wire } from './collapse';

export interface Step { key: string; entry: number; port: boolean }
export interface StepPlace extends Step { rank: number; column: number }
export interface StepBox extends StepPlace { x: number; y: number; width: number; height: number }
/** `at` is where words about the line may stand. */
export interface StepLine { wire: Wire; d: string; at: [number, number] }

/** The rank and column of every step and of every value that comes in. */
export function arrangeSteps(entries: Entry[], steps: Step[], most: number): StepPlace[] {
  const known = new Map(steps.map((step) => [step.entry, step]));
  const inputs = (step: Step): Step[] => (step.port ? [] : entries[step.entry]!.inputs.flatMap((source) => known.get(source.entry) ?? []));
  const ordered = [...steps].sort((a, b) => a.entry - b.entry);
  const rank = new Map<Step, number>();
  for (const step of ordered) rank.set(step, Math.max(-1, ...inputs(step).map((one) => rank.get(one)!)) + 1);
  for (const step of [...ordered].reverse()) {
    const readers = ordered.filter((one) => inputs(one).includes(step));
    const waits = step.port || !inputs(step).length || /bool/.test(entries[step.entry]!.dtype);
    if (waits && readers.length) rank.set(step, Math.min(...readers.map((one) => rank.get(one)!)) - 1);
  }
  const entryInputs = (step?: Step): number[] => (step ? entries[step.entry]!.inputs.map((source) => source.entry) : []);
  return columns(ordered, inputs, entryInputs, rank, most);
}

function columns(ordered: Step[], inputs: (step: Step) => Step[], entryInputs: (step?: Step) => number[], rank: Map<Step, number>, most: number): StepPlace[] {
  const places = new Map<Step, StepPlace>();
  let row = 0;
  for (const level of [...new Set(ordered.map((step) => rank.get(step)!))].sort((a, b) => a - b)) {
    let taken = new Set<number>();
    const wish = (step: Step): number | undefined => inputs(step).map((one) => places.get(one)!.column)[0];
    const here = ordered.filter((step) => rank.get(step) === level);
    const turn = (step: Step): number => (step.port ? ordered.find((one) => inputs(one).includes(step))?.entry ?? step.entry : step.entry);
    const order = (step: Step): number => entryInputs(ordered.find((one) => inputs(one).includes(step))).indexOf(step.entry);
    here.sort((a, b) => Number(a.port && level > 0) - Number(b.port && level > 0) || turn(a) - turn(b) || order(a) - order(b));
    for (const step of here) {
      if (taken.size >= most) { row++; taken = new Set(); }
      const wanted = wish(step);
      let column = wanted !== undefined && !taken.has(wanted) ? wanted : 0;
      while (taken.has(column)) column++;
      taken.add(column);
      places.set(step, { ...step, rank: row, column });
    }
    row++;
  }
  return ordered.map((step) => places.get(step)!);
}

export interface StepRoom { width: number; gap: number; gutter: number; widest: number; heightOf: (step: StepPlace) => number }

export function boxSteps(places: StepPlace[], room: StepRoom): { boxes: StepBox[]; height: number; width: number } {
  const count = Math.max(0, ...places.map((place) => place.column)) + 1;
  const width = Math.min(room.widest, (room.width - room.gutter * count) / count);
  const tops: number[] = [];
  let y = 0;
  for (let rank = 0; rank <= Math.max(...places.map((place) => place.rank)); rank++) {
    tops[rank] = y;
    y += Math.max(0, ...places.filter((place) => place.rank === rank).map(room.heightOf)) + room.gap;
  }
  const boxes = places.map((place) => ({ ...place, x: place.column * (width + room.gutter), y: tops[place.rank]!, width, height: room.heightOf(place) }));
  return { boxes, height: y - room.gap, width: count * (width + room.gutter) };
}

/** A line for every wire between two boxes. */
export function lineSteps(boxes: StepBox[], wires: Wire[], room: StepRoom): StepLine[] {
  const at = new Map(boxes.map((box) => [box.entry, box]));
  const lanes: { column: number; from: number; start: number; end: number; slot: number }[] = [];
  return wires.flatMap((wire) => {
    const a = at.get(wire.from), b = at.get(wire.to);
    if (!a || !b) return [];
    const into = wires.filter((one) => one.to === wire.to && at.has(one.from));
    const x1 = a.x + a.width / 2, y1 = a.y + a.height, y2 = b.y;
    const x2 = b.x + (b.width * (into.indexOf(wire) + 1)) / (into.length + 1);
    const passed = boxes.some((box) => box.column === a.column && box.rank > a.rank && box.rank < b.rank);
    if (!passed) return [straight(wire, x1, y1, x2, y2, room.gap)];
    const lane = laneFor(lanes, a, b, wire.from);
    const right = a.x + a.width, x = right + 12 + lane * 7, out = a.y + Math.min(28, a.height / 2) + lane * 5;
    const top = y2 - room.gap / 2;
    const d = `M${right},${out} H${x - 8} Q${x},${out} ${x},${out + 8} V${top - 6} C${x},${y2} ${x2},${top - 6} ${x2},${y2}`;
    return [{ wire, d, at: [x2, y2 - 14] as [number, number] }];
  });
}

function straight(wire: Wire, x1: number, y1: number, x2: number, y2: number, gap: number): StepLine {
  const turn = Math.max(y1, y2 - gap);
  return { wire, d: `M${x1},${y1} V${turn} C${x1},${(turn + y2) / 2} ${x2},${(turn + y2) / 2} ${x2},${y2}`, at: [x2, y2 - 14] };
}

/** Lines of one value share a lane; others beside the same rows take the next. */
function laneFor(lanes: { column: number; from: number; start: number; end: number; slot: number }[], a: StepBox, b: StepBox, from: number): number {
  const beside = lanes.filter((one) => one.column === a.column && one.from !== from && one.start < b.rank && one.end > a.rank);
  const own = lanes.find((one) => one.column === a.column && one.from === from);
  let slot = own?.slot ?? 0;
  if (!own) while (beside.some((one) => one.slot === slot)) slot++;
  lanes.push({ column: a.column, from, start: a.rank, end: b.rank, slot });
  return slot;
}

/** Parameters and fixed tables that one step alone reads: they are drawn with it. */
export function satellites(entries: Entry[], own: number[], step: number): number[] {
  const within = new Set(own);
  return [...new Set(entries[step]!.inputs.map((source) => source.entry))].filter((i) => within.has(i) && !isComputed(entries[i]!) && entries[i]!.kind !== 'input');
}
