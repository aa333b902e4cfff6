// What is drawn on a page by hand: strokes, each held by the element that it was drawn on, so that it
// stays there when the page is scrolled, laid out anew or written larger.

import type { Place } from './address';

export type Tool = 'pen' | 'marker';
/** `at`: the element that holds it, as "attribute=value@which"; `wide` and `tall`: its size, in px, when it was drawn on;
 *  `points`: x, y, x, y, … in px from that element's left top. */
export interface Stroke { tool: Tool; at: string; wide: number; tall?: number; points: number[] }
/** The strokes of each place. */
export type Drawings = Readonly<Record<string, Stroke[]>>;
export interface Box { left: number; top: number; width: number; height: number }

/** What can hold a stroke, the nearest first in the page; else the whole page does. */
export const HOLDERS = ['data-flat', 'data-field', 'data-step', 'data-part', 'data-side', 'data-testid'] as const;
export const WHOLE = 'main';
export const MOST_PLACES = 200, MOST_STROKES = 500;
const MOST_POINTS = 4000, LONGEST = 10_000, NEAR = 1.5;
/** What says where one is in a walk, or which number is chosen, but not what is on the page. */
const PASSING = ['cell', 'idea', 'paper', 'entry', 'tour', 'quiz'];

/** The place that a drawing belongs to: the address, but for what comes and goes over the same page. */
export function spotOf(place: Place): string {
  return new URLSearchParams(Object.entries(place).filter(([name, value]) => value && !PASSING.includes(name)).sort(([a], [b]) => (a < b ? -1 : 1))).toString();
}

/** A line without the points that say nothing: those nearly where the last one was. */
export function thinned(points: number[]): number[] {
  const found = points.slice(0, 2);
  for (let i = 2; i < points.length; i += 2) {
    const last = i + 2 >= points.length;
    if (last || Math.hypot(points[i]! - found.at(-2)!, points[i + 1]! - found.at(-1)!) >= NEAR) found.push(points[i]!, points[i + 1]!);
  }
  return rounded(found.slice(0, 2 * MOST_POINTS));
}

/** A stroke as an SVG path: through the middles between its points, so that it runs smoothly. It grows with its
 *  holder's width; its middle stays at the same part of the holder's height. */
export function pathOf(stroke: Stroke, box: Box): string {
  const by = stroke.wide > 0 ? box.width / stroke.wide : 1;
  const ys = stroke.points.filter((_, i) => i % 2), middle = (Math.min(...ys) + Math.max(...ys)) / 2;
  const top = box.top + (stroke.tall ? middle * (box.height / stroke.tall - by) : 0);
  const at = (i: number): [number, number] => [round(box.left + stroke.points[2 * i]! * by), round(top + stroke.points[2 * i + 1]! * by)];
  const count = stroke.points.length / 2, first = at(0).join(' ');
  if (count < 3) return `M${first}L${at(count - 1).join(' ')}`;
  let path = `M${first}`;
  for (let i = 1; i < count - 1; i++) {
    const [x, y] = at(i), [nx, ny] = at(i + 1);
    path += `Q${x} ${y} ${round((x + nx) / 2)} ${round((y + ny) / 2)}`;
  }
  return `${path}L${at(count - 1).join(' ')}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
export const rounded = (points: number[]): number[] => points.map(round);

/** The drawings of a file; null where they are none. */
export function checkedDrawings(value: unknown): Drawings | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const places = Object.entries(value);
  if (places.length > MOST_PLACES || places.some(([place, strokes]) => place.length > LONGEST || !Array.isArray(strokes) || strokes.length > MOST_STROKES)) return null;
  const found = places.map(([place, strokes]) => [place, (strokes as unknown[]).map(checkedStroke)] as const);
  return found.every(([, strokes]) => strokes.every((stroke) => stroke !== null)) ? (Object.fromEntries(found) as Drawings) : null;
}

function checkedStroke(value: unknown): Stroke | null {
  const { tool, at, wide, tall, points } = (value ?? {}) as Record<string, unknown>;
  const isNumber = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one);
  if ((tool !== 'pen' && tool !== 'marker') || typeof at !== 'string' || at.length > 300 || !isNumber(wide) || (tall !== undefined && !isNumber(tall))) return null;
  if (!Array.isArray(points) || points.length < 2 || points.length % 2 || points.length > 2 * MOST_POINTS || !points.every(isNumber)) return null;
  return { tool, at, wide, ...(tall === undefined ? {} : { tall }), points };
}
