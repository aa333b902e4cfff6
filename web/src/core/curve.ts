// Curves: numbers to places on a line, and a row of points as an SVG path.

export interface Scale { (value: number): number }

export function linear(from: [number, number], to: [number, number]): Scale {
  const span = from[1] - from[0] || 1;
  return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0]);
}

/** Steps as they matter while learning: the first ones far apart, the last ones close. */
export function byStep(last: number, width: number): Scale {
  return (step) => (Math.log1p(step) / Math.log1p(last || 1)) * width;
}

export function pathOf(points: [number, number][]): string {
  return points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)},${y.toFixed(1)}`).join('');
}
