// Parameters that a file keeps in few bits: a whole number each, and a scale for each row. The upper eight
// bits of the numbers stand in one row, each of the bits below them in a row of its own, eight to a byte.

import type { Tensor } from './safetensors';

/** The parameters: level × scale of the row. `shape` is [rows…, columns]. */
export function restored(shape: number[], high: Tensor, low: Tensor | null, scale: Tensor): Tensor {
  const count = high.data.length, columns = shape.at(-1) ?? 1, bytes = Math.ceil(count / 8), extra = low ? low.data.length / bytes : 0;
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let level = high.data[i]!;
    for (let bit = 0; bit < extra; bit++) level = 2 * level + ((low!.data[bit * bytes + (i >> 3)]! >> (7 - (i & 7))) & 1);
    data[i] = level * scale.data[Math.floor(i / columns)]!;
  }
  return { shape, data };
}
