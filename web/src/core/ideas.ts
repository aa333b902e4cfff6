// The ideas of the Transformer, and where on the page each is shown on the loaded model: a place, found
// by what the trace holds and never by a fixed number, or the reason why this model has none.

import type { ModelInfo } from '../api/source';
import type { Graph } from './graph';

export type Where = Record<string, string | number>;
/** Why a model lacks an idea: a name in the strings. */
export type Lack = 'encoder' | 'decoder' | 'cross' | 'writing' | 'run' | 'words';
export interface Scene { info: ModelInfo; graph: Graph }
type Find = (scene: Scene) => Where | Lack;

const has = (graph: Graph, path: RegExp): string | null => graph.entries.find((entry) => path.test(entry.path))?.path ?? null;
/** A view, and of it the spot that is meant: an element with this name. */
const view = (id: string, spot?: string, rest: Where = {}): Find => () => ({ view: id, ...rest, ...(spot ? { spot } : {}) });

/** A part of the network, the first whose path fits; of families that lack it the reason. */
const part = (path: RegExp, lack: Lack): Find => ({ graph }) => {
  const found = has(graph, path);
  return found ? { view: 'network', open: path.exec(found)![1]! } : lack;
};
const stack = (name: 'encoder' | 'decoder'): Find => part(new RegExp(`^(${name}\\.0)\\.`), name);
const embedding = part(/^(source_embedding|target_embedding)\./, 'encoder');
const anyAttention = part(/^((?:encoder|decoder)\.0\.self_attention)\.weights$/, 'encoder');
const feedforward = part(/^((?:encoder|decoder)\.0\.feedforward)\./, 'encoder');
const addNorm = part(/^((?:encoder|decoder)\.0\.after_self)\./, 'encoder');

const attention = (grain: string, which?: 'encoder' | 'decoder' | 'cross', rest: Where = {}): Find => ({ graph }) => {
  if (which === 'cross' && !has(graph, /cross_attention\.weights$/)) return 'cross';
  if (which === 'decoder' && !has(graph, /^decoder\..*self_attention\.weights$/)) return 'decoder';
  return { view: 'attention', grain, ...(which ? { part: which } : {}), ...rest };
};
const writes = (place: Where): Find => ({ info }) => (info.family === 'encoder-only' ? 'writing' : { view: 'writing', ...place });
const trained = (id: string, place: Where = {}): Find => ({ info }) => (info.untrained || !info.has_run ? 'run' : { view: id, ...place });
const both = (place: Where): Find => ({ info }) => (info.family === 'encoder-decoder' ? { view: 'writing', ...place } : 'cross');
const whole: Find = view('network');

export const IDEAS: Record<string, Find> = {
  a01: () => ({}),
  a02: ({ graph }) => (!has(graph, /^encoder\./) ? 'encoder' : !has(graph, /^decoder\./) ? 'decoder' : { view: 'network' }),
  a03: ({ graph }) => (has(graph, /cross_attention/) ? { view: 'network' } : 'cross'),
  a04: stack('encoder'),
  a05: stack('decoder'),
  a06: embedding,
  a07: part(/^((?:encoder|decoder)\.0)\./, 'encoder'),
  a08: part(/^((?:encoder|decoder)\.0)\./, 'encoder'),
  a09: ({ info, graph }) => (info.family === 'encoder-only' ? 'writing' : info.family === 'encoder-decoder' && !has(graph, /cross_attention/) ? 'cross' : { view: 'attention', grain: 'who' }),
  a10: anyAttention,
  a11: attention('steps', undefined, { spot: 'scores' }),
  a12: attention('steps', undefined, { spot: 'weights' }),
  a13: attention('steps', undefined, { spot: 'mixed' }),
  a14: anyAttention,
  a15: attention('steps'),
  a16: anyAttention,
  a17: attention('together'),
  a18: attention('together'),
  a19: anyAttention,
  a20: attention('two'),
  a21: attention('heads'),
  a22: view('positions', 'sum'),
  a23: view('positions', 'small'),
  a24: view('positions', 'small'),
  a25: view('positions', 'small'),
  a26: addNorm,
  a27: addNorm,
  a28: whole,
  a29: writes({ how: 'greedy', step: 0 }),
  a30: writes({ how: 'greedy', step: 1 }),
  a31: writes({ how: 'greedy', step: 1, spot: 'choice' }),
  a32: writes({ how: 'greedy', step: 1, spot: 'choice' }),
  a33: view('training', 'targets'),
  a34: view('training', 'targets'),
  a35: view('training', 'places'),
  a36: view('training', 'targets'),
  a37: attention('steps', 'decoder', { spot: 'masked' }),
  a38: attention('steps', 'cross'),
  a39: writes({ how: 'beam' }),
  a40: view('training', 'targets'),
  b01: writes({ how: 'sample', step: 0 }),
  b02: writes({ how: 'sample', step: 0, t: 1.5, spot: 'temperatures' }),
  b03: view('training', 'places'),
  b04: ({ info }) => (info.family === 'encoder-only' ? 'writing' : { view: 'scale' }),
  b05: view('parameters'),
  b06: view('parameters'),
  b07: view('parameters'),
  b08: view('training', 'update'),
  b09: whole,
  b10: view('scale', 'context'),
  b11: view('compare'),
  b12: view('words'),
  b13: view('words', 'directions'),
  b14: view('words', 'product'),
  b15: trained('learning', { spot: 'slider' }),
  b16: writes({ how: 'greedy', step: 1, spot: 'choice' }),
  b17: attention('steps', undefined, { spot: 'vectors' }),
  b18: attention('steps', undefined, { spot: 'scores' }),
  b19: attention('head', undefined, { as: 'numbers' }),
  b20: view('training', 'places'),
  b21: view('scale', 'square'),
  b22: attention('together'),
  b23: view('parameters', 'low'),
  b24: attention('together'),
  b25: view('neurons', 'question'),
  b26: view('neurons'),
  b27: view('neurons'),
  b28: view('neurons', 'answer'),
  b29: feedforward,
  b30: view('words', 'crowd'),
  c01: view('parameters', 'tied'),
  c02: ({ graph }) => (has(graph, /source_mask$/) ? { view: 'network', open: 'source_mask', pad: 2 } : 'encoder'),
  c03: view('training', 'targets'),
  c04: trained('learning'),
  c05: view('training', 'dropout'),
  c06: both({ how: 'told' }),
  c07: view('tokens'),
  c08: writes({ how: 'beam' }),
  c09: trained('learning', { against: 'last', spot: 'mean' }),
  c10: ({ info }) => (info.family === 'encoder-decoder' ? { view: 'score' } : 'cross'),
  c11: view('kin'),
  c12: writes({ how: 'greedy', step: 2, spot: 'kept' }),
  c13: view('kin'),
};

/** The ideas in their order, with those before and after each. */
export const IDS = Object.keys(IDEAS);
