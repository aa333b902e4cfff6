// Queries for places of the page: the closed model, a layer, a part of one, an idea of the index.

import { IDEAS } from '../ideas';
import { called } from '../names';
import { text, whole } from './facts';
import { found, type Query } from './scene';

export const sentence: Query = () => found({});

const STACKS: Record<string, string> = { any: '(?:encoder|decoder)', encoder: 'encoder', decoder: 'decoder' };

export const layer: Query = ({ graph }, { stack, which }) => {
  const own = [...new Set(graph.entries.flatMap((entry) => entry.path.match(new RegExp(`^${STACKS[stack!]}\\.\\d+`)) ?? []))];
  const path = which === 'last' ? own.at(-1) : own[0];
  return path ? found({ view: 'network', open: path }, { name: { ...text(called(path)), where: { view: 'network', open: path } }, count: whole(own.length) }) : null;
};

const PARTS: Record<string, (stack: string) => RegExp> = {
  embedding: (stack) => new RegExp(`^(${stack === STACKS['decoder'] ? 'target' : stack === STACKS['encoder'] ? 'source' : '(?:source|target)'}_embedding)\\.`),
  'self-attention': (stack) => new RegExp(`^(${stack}\\.0\\.self_attention)\\.`),
  'cross-attention': () => /^(decoder\.0\.cross_attention)\./,
  'feed-forward': (stack) => new RegExp(`^(${stack}\\.0\\.feedforward)\\.`),
  'add-norm': (stack) => new RegExp(`^(${stack}\\.0\\.after_(?:self|feedforward))\\.`),
  output: () => /^(probabilities)$/,
};

export const part: Query = ({ graph }, { kind, stack }) => {
  const path = PARTS[kind!]!(STACKS[stack!]!), open = graph.entries.map((entry) => path.exec(entry.path)?.[1]).find(Boolean);
  return open ? found({ view: 'network', open }, { name: { ...text(called(open)), where: { view: 'network', open } } }) : null;
};

export const idea: Query = ({ info, graph }, { id, spot }) => {
  const where = IDEAS[id!]!({ info, graph });
  return typeof where === 'string' ? where : found(spot ? { ...where, spot } : where);
};
