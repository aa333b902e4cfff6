// Beam search over one sentence with all that it considered, as src/glassformer/decoding/beam.py and
// tree.py make it: the same candidates, the same order among equals, the same end.

import type { Beam, Branch } from '../api/writing';
import { aloud } from '../strings';
import { strongest } from '../core/attention';
import type { Change } from '../core/schema';
import type { Model, State } from './model';
import { logProbabilities, tokenOf } from './writing';
import type { Work } from './work';

export interface Search { text: string; changes: Change[]; beam: number; alpha: number; prefix?: number[] }
/** Who lives: where its pass ended, null before the first. */
interface Living { state: State | null; node: Branch | null }

const TIE = 1e-6;
const penaltyOf = (length: number, alpha: number): number => ((5 + length) / 6) ** alpha;
const near = (a: number, b: number): boolean => Math.abs(a - b) <= TIE * (1 + Math.min(Math.abs(a), Math.abs(b)));

export function* searched(model: Model, { text, changes, beam, alpha, prefix = [] }: Search): Work<Beam> {
  const begun = model.begun(text), longest = model.most(begun, prefix), { eos } = model.held.target, nodes: Branch[] = [];
  let living: Living[] = [{ state: null, node: null }], best: Branch | null = null;
  for (let length = 1; length <= longest && living.length; length++) {
    const every: { parent: Living; token: number; total: number }[] = [], penalty = penaltyOf(length, alpha);
    for (const parent of living) {
      const { state, node } = parent;
      parent.state = state && node ? yield* model.next(state, node.token.id) : yield* model.start(begun, changes);
      const values = logProbabilities(model, parent.state.logits), given = prefix[length - 1];
      for (const token of given === undefined ? strongest(values, 2 * beam + 1) : [given]) {
        if (values[token]! > -Infinity) every.push({ parent, token, total: (node?.total ?? 0) + values[token]! });
      }
    }
    const next: Living[] = [];
    for (const { parent, token, total } of every.sort((a, b) => b.total - a.total).slice(0, 2 * beam)) {
      const state = token === eos ? 'finished' : next.length < beam ? 'alive' : 'pruned';
      const node: Branch = {
        id: nodes.length, parent: parent.node?.id ?? null, step: length, token: tokenOf(model, token),
        log_probability: total - (parent.node?.total ?? 0), total, penalty, score: total / penalty, state,
      };
      nodes.push(node);
      if (state === 'alive') next.push({ state: parent.state, node });
      if (state === 'finished' && (!best || node.score > best.score)) best = node;
    }
    living = next;
    yield aloud.written(length);
    // What a living one may still become scores no more than this.
    const bound = (living[0]?.node?.total ?? -Infinity) / Math.max(penaltyOf(length + 1, alpha), penaltyOf(longest, alpha));
    if (best && best.score > bound && !near(best.score, bound)) break;
  }
  best ??= living[0]?.node ?? null;
  const ids: number[] = [];
  for (let node = best; node; node = node.parent === null ? null : nodes[node.parent]!) if (node.token.id !== eos) ids.unshift(node.token.id);
  return { how: 'beam', output: model.target.decode(ids), nodes, best: best?.id ?? -1, beam, alpha };
}
