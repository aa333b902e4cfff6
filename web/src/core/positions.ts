// Tables of position encodings by the formulas of src/glassformer/numerics/positions.py, for a file that
// names the formula in place of the numbers.

type Formula = (position: number, column: number, width: number) => number;

const angle = (position: number, exponent: number): number => position / 10000 ** exponent;
const paired: Formula = (position, column, width) => {
  const turn = angle(position, (column - (column % 2)) / width);
  return column % 2 ? Math.cos(turn) : Math.sin(turn);
};

const FORMULAS: Record<string, Formula> = {
  sinusoids: paired,
  'sinusoids-concatenated': (position, column, width) => {
    const half = Math.floor(width / 2), turn = angle(position, (column % half) / Math.max(half - 1, 1));
    return column >= 2 * half ? 0 : column < half ? Math.sin(turn) : Math.cos(turn);
  },
  'sinusoids-halved': (position, column, width) => {
    const sines = Math.ceil(width / 2);
    return paired(position, column < sines ? 2 * column : 2 * (column - sines) + 1, width);
  },
};

/** The table of a formula: [length, width], in a row. */
export function positions(name: string, [length, width]: [number, number]): Float32Array {
  return Float32Array.from({ length: length * width }, (_, flat) => FORMULAS[name]!(Math.floor(flat / width), flat % width, width));
}
