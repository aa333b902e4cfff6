// Drawing by chance as the program draws: src/glassformer/numerics/sampling.py on logits, and torch's
// generator of a seed (Matsumoto and Nishimura 1998), so that a seed writes the same here as there.

import { strongest } from '../core/attention';
import { softmax } from '../core/softmax';

export interface Narrowing { temperature: number; topK: number | null; topP: number | null }

/** Logits over the temperature, the largest at 0. */
export function scaled(logits: Float32Array, temperature: number): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return logits.map((one) => Math.fround(one - largest) / temperature);
}

/** What is left of a distribution: -Infinity for what is out. */
export function narrowed(logits: Float32Array, { temperature, topK, topP }: Narrowing): Float32Array {
  let found = scaled(logits, temperature);
  if (topK !== null) found = only(found, strongest(found, topK));
  if (topP !== null && topP < 1) {
    const order = strongest(found, found.length), mass = softmax(found.map((_, i) => found[order[i]!]!));
    let before = 0;
    found = only(found, order.filter((_, i) => { before += mass[i]!; return before - mass[i]! < topP; }));
  }
  return found;
}

function only(values: Float32Array, kept: number[]): Float32Array {
  const found = new Float32Array(values.length).fill(-Infinity);
  for (const id of kept) found[id] = values[id]!;
  return found;
}

/** The token at which the cumulative probability passes `uniform`. */
export function drawn(logits: Float32Array, uniform: number): number {
  let sum = 0;
  const reached = softmax(logits).map((one) => (sum += one)), last = reached.findIndex((one) => one >= sum), here = reached.findIndex((one) => one > uniform * sum);
  return here < 0 ? last : Math.min(here, last);
}

const LENGTH = 624, MIDDLE = 397;

/** Numbers in [0, 1), as torch's generator of this seed gives them in fp64. */
export function chance(seed: number): () => number {
  const state = new Uint32Array(LENGTH);
  let at = LENGTH;
  state[0] = seed % 2 ** 32;
  for (let i = 1; i < LENGTH; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
  const next = (): number => {
    if (at === LENGTH) {
      for (let i = 0; i < LENGTH; i++) {
        const both = (state[i]! & 0x80000000) | (state[(i + 1) % LENGTH]! & 0x7fffffff);
        state[i] = state[(i + MIDDLE) % LENGTH]! ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
      }
      at = 0;
    }
    let y = state[at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  return () => {
    const high = next() & 0x1fffff;
    return (high * 2 ** 32 + next()) / 2 ** 53;
  };
}
