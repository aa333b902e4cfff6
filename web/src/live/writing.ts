// Greedy writing, step by step, as src/glassformer/explorer/writing.py and decoding/stages.py tell it.
// To draw by chance takes the program, whose numbers of chance the page has not.

import type { Option, Step, Written } from '../api/writing';
import { size } from '../core/arrange';
import { strongest } from '../core/attention';
import type { Change } from '../core/schema';
import { softmax } from '../core/softmax';
import type { Model } from './model';

const SHOWN = 20;
const KEYS = /^decoder\.\d+\.(self|cross)_attention\.(key|value)$/;

export interface Question { text: string; changes: Change[]; how: string; prefix?: number[] }

/** Null where it is not greedy, or the model reads only. */
export function written(model: Model, { text, changes, how, prefix = [] }: Question): Written | null {
  if (how !== 'greedy' || model.held.family === 'encoder-only') return null;
  const begun = model.begun(text), steps: Step[] = [], ids: number[] = [], { eos, bos, pad } = model.held.target;
  for (const { logits, token } of model.write(begun, changes, prefix)) {
    steps.push({ ...stages(model, logits, token, new Set([bos, pad].filter((id) => id !== eos))), cache: changes.length ? null : held(model, begun.source.length, begun.target.length + ids.length) });
    ids.push(token);
  }
  return { how: 'greedy', output: model.target.decode(ids), steps };
}

function stages(model: Model, logits: Float32Array, token: number, banned: Set<number>): Omit<Step, 'cache'> {
  const plain = softmax(logits), final = softmax(logits.map((one, id) => (banned.has(id) ? -Infinity : one)));
  const order = strongest(logits, SHOWN);
  if (!order.includes(token)) order.push(token);
  const options = order.map((id): Option => ({ id, piece: model.target.piece(id), logit: logits[id]!, scaled: logits[id]!, kept: !banned.has(id), plain: plain[id]!, probability: final[id]! }));
  const rest = (of: Float64Array): number => of.reduce((sum, one, id) => sum + (order.includes(id) ? 0 : one), 0);
  return {
    token: { id: token, piece: model.target.piece(token) }, probability: final[token]!, options,
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
