// The explainer of each operator, by the name under which it was recorded. An operator that is not
// here has a plain card: its name and its inputs.

import { unravel } from '../core/arrange';
import type { Entry } from '../core/graph';
import { gelu, relu, silu } from './activations';
import { add, div, maximum, minimum, mul, pow, radd, rdiv, rpow, rsub, sub } from './arithmetic';
import { Inputs, type Explainer, type Explanation, type ValueOf } from './cell';
import { clamp, maskedFill, where } from './choose';
import { cat, renamed, stack } from './join';
import { layerNorm } from './layer_norm';
import { linear } from './linear';
import { and, eq, ge, gt, le, lt, ne, not, or } from './logic';
import { arange, full, oneHot, ones, zeros } from './made';
import { matmul, rmatmul } from './matmul';
import { embedding, gather, index } from './pick';
import { abs, cos, exp, log, neg, rsqrt, sigmoid, sin, single, sqrt, tanh } from './single';
import { logSoftmax, logsumexp, softmax } from './softmax';
import { amax, amin, cumsum, mean, sum } from './sums';
import { t } from '../strings';

const cast = single((x) => x, t.ops.cast, (x) => x);

export const EXPLAINERS: Record<string, Explainer> = {
  '': renamed, linear, matmul, rmatmul, softmax, log_softmax: logSoftmax, logsumexp, layer_norm: layerNorm,
  embedding, gather, __getitem__: index, masked_fill: maskedFill, where, clamp, cat, concat: cat, stack,
  add, radd, sub, rsub, mul, div, __rtruediv__: rdiv, pow, rpow, maximum, minimum,
  add_: add, sub_: sub, mul_: mul, div_: div, masked_fill_: maskedFill,
  __eq__: eq, eq, __ne__: ne, ne, __lt__: lt, lt, __le__: le, le, __gt__: gt, gt, __ge__: ge, ge,
  bitwise_and: and, logical_and: and, bitwise_or: or, logical_or: or, bitwise_not: not, logical_not: not,
  neg, abs, exp, log, sqrt, rsqrt, sin, cos, tanh, sigmoid, relu, gelu, silu,
  float: cast, double: cast, to: cast, type_as: cast, int: cast, long: cast,
  sum, mean, cumsum, amax, amin, max: amax, min: amin,
  arange, zeros, zeros_like: zeros, ones, ones_like: ones, full, full_like: full, one_hot: oneHot,
};

/** Operators that draw at random: what they drew cannot be computed again. */
export const DRAWN = new Set(['empty', 'random_', 'bernoulli', 'bernoulli_', 'rand', 'rand_like', 'randn', 'randint', 'dropout']);

/** How a cell was computed; null for what has only a plain card. */
export function explain(entry: Entry, entries: Entry[], flat: number, valueOf: ValueOf): Explanation | null {
  const explainer = EXPLAINERS[entry.operator];
  if (!explainer || entry.kind === 'changed' || (entry.operator === '' && entry.inputs.length === 0)) return null;
  return explainer(new Inputs(entry, entries, valueOf), unravel(flat, entry.shape), flat);
}

/** All recorded numbers that an explanation reads. */
export function origins(found: Explanation): { entry: number; flat: number; value: number }[] {
  return [...found.cells, ...found.sums.flatMap((one) => one.terms.flatMap((term) => term.cells))];
}

/** How far the page's result is from the recorded one; equal infinities and NaNs do not differ. */
export function difference(found: Explanation, recorded: number): number {
  return Object.is(found.result, recorded) || found.result === recorded ? 0 : Math.abs(found.result - recorded);
}
