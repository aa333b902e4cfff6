// Writing step by step, greedy or by chance, as src/glassformer/explorer/writing.py and
// decoding/stages.py tell it.

import type { Option, Step, Written } from '../api/writing';
import { size } from '../core/arrange';
import { strongest } from '../core/attention';
import type { Token } from '../core/graph';
import type { Change } from '../core/schema';
import { softmax } from '../core/softmax';
import { chance, drawn, narrowed, scaled, type Narrowing } from './chance';
import type { Model, State } from './model';
import type { Work } from './work';

const SHOWN = 20;
const KEYS = /^decoder\.\d+\.(self|cross)_attention\.(key|value)$/;

export interface Question {
  text: string; changes: Change[]; how: 'greedy' | 'sample'; prefix?: number[];
  temperature?: number; top_k?: number | null; top_p?: number | null; seed?: number;
}

export function* written(model: Model, { text, changes, how, prefix = [], temperature = 1, top_k = null, top_p = null, seed = 1 }: Question): Work<Written> {
  const begun = model.begun(text), steps: Step[] = [], random = chance(seed), sampling = how === 'sample';
  const narrowing: Narrowing = sampling ? { temperature, topK: top_k, topP: top_p } : { temperature: 1, topK: null, topP: null };
  const choose = (logits: Float32Array): number => drawn(narrowed(logProbabilities(model, logits), narrowing), random());
  const watch = ({ logits, ids }: State, token: number): void => {
    steps.push({ ...stages(model, logits, token, narrowing), cache: changes.length ? null : held(model, ids.source.length, ids.target.length) });
  };
  const ids = yield* model.write(begun, { changes, prefix, watch, ...(sampling ? { choose } : {}) });
  return { how, output: model.target.decode(ids), steps };
}

export const tokenOf = (model: Model, id: number): Token => ({ id, piece: model.target.piece(id) });

/** The model's log-probabilities; -Infinity for what may not be said. */
export function logProbabilities(model: Model, logits: Float32Array): Float32Array {
  const { bos, pad, eos } = model.held.target, largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const below = largest + Math.log(logits.reduce((sum, one) => sum + Math.exp(one - largest), 0));
  return logits.map((one, id) => ((id === bos || id === pad) && id !== eos ? -Infinity : one - below));
}

function stages(model: Model, logits: Float32Array, token: number, narrowing: Narrowing): Omit<Step, 'cache'> {
  const plain = softmax(logits), left = narrowed(logProbabilities(model, logits), narrowing), final = softmax(left), over = scaled(logits, narrowing.temperature);
  const order = strongest(logits, SHOWN);
  if (!order.includes(token)) order.push(token);
  const options = order.map((id): Option => ({ ...tokenOf(model, id), logit: logits[id]!, scaled: over[id]!, kept: left[id]! > -Infinity, plain: plain[id]!, probability: final[id]! }));
  const listed = new Set(order), rest = (of: Float64Array): number => of.reduce((sum, one, id) => sum + (listed.has(id) ? 0 : one), 0);
  return {
    token: tokenOf(model, token), probability: final[token]!, options,
    rest: { count: logits.length - order.length, plain: rest(plain), probability: rest(final) },
  };
}

/** What a cache holds after so many tokens: a key and a value of each, in every layer. */
function held(model: Model, source: number, target: number): Step['cache'] {
  const found = { tokens: target, numbers: 0, source: 0 };
  for (const { path, shape } of model.entries({ source, target })) {
    const part = KEYS.exec(path);
    if (part) found[part[1] === 'self' ? 'numbers' : 'source'] += size(shape);
  }
  return found;
}
