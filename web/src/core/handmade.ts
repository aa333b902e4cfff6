// A small graph made by hand, for tests: two inputs, a stack that reads, a stack that writes.

import type { Entry, Graph, Source } from './graph';

type Made = [path: string, inputs: (string | [string, string])[], more?: Partial<Entry>];

export function graphOf(made: Made[]): Graph {
  const at = new Map(made.map(([path], i) => [path, i]));
  const entries = made.map(([path, inputs, more]): Entry => ({
    path, kind: 'value', axes: [], shape: [1, 3, 5], dtype: 'float32', operator: inputs.length > 1 ? 'add' : 'relu', constants: [],
    inputs: inputs.map((one): Source => (typeof one === 'string' ? { entry: at.get(one)!, through: [] } : { entry: at.get(one[0])!, through: [[one[1], []]] })),
    file: '', line: 0, step: 0, tapped: path.includes('.') || inputs.length > 0, ...more,
  }));
  return { version: 1, entries, about: { trace: '', run: '', family: 'encoder-decoder', untrained: true, snapshot: null, variant: null, training: null, text: '', output: '', source: [], target: [], next: [], config: {}, changes: [] } };
}

/** A layer around its sub-layer: pre-norm where the norm comes before, else post-norm. */
export function layer(path: string, before: string, pre: boolean, memory = '', mask = ''): Made[] {
  const x = pre ? `${path}.after.normalised` : before;
  const norm: Made[] = [[`${path}.after.norm.weight`, [], { kind: 'parameter', shape: [5] }], [`${path}.after.normalised`, [pre ? before : `${path}.after.added`, `${path}.after.norm.weight`], { operator: 'layer_norm' }]];
  const attention: Made[] = [
    [`${path}.attention.query_matrix.weight`, [], { kind: 'parameter', shape: [5, 5] }],
    [`${path}.attention.query_matrix.linear`, [x, `${path}.attention.query_matrix.weight`], { operator: 'linear' }],
    [`${path}.attention.query`, [[`${path}.attention.query_matrix.linear`, 'unflatten']], { operator: '' }],
    [`${path}.attention.key`, [memory || x]],
    [`${path}.attention.scores`, [`${path}.attention.query`, `${path}.attention.key`, ...(mask ? [mask] : [])], { operator: 'matmul' }],
  ];
  const added: Made = [`${path}.after.added`, [before, `${path}.attention.scores`]];
  return pre ? [...norm, ...attention, added] : [...attention, added, ...norm];
}

export function small(pre: boolean, layers = 1): Graph {
  const made: Made[] = [
    ['source', [], { kind: 'input' }], ['target', [], { kind: 'input' }], ['table', [], { kind: 'parameter', shape: [7, 5] }],
    ['ne', ['source'], { dtype: 'bool', tapped: false }], ['mask', ['ne'], { dtype: 'bool' }],
    ['reading.embedded', ['source', 'table'], { operator: 'embedding' }],
  ];
  let x = 'reading.embedded';
  for (let i = 0; i < layers; i++) { made.push(...layer(`low.${i}`, x, pre, '', 'mask')); x = `low.${i}.after.${pre ? 'added' : 'normalised'}`; }
  made.push(['memory', [x]], ['writing.embedded', ['target', 'table'], { operator: 'embedding' }]);
  x = 'writing.embedded';
  for (let i = 0; i < layers; i++) { made.push(...layer(`high.${i}`, x, pre, 'memory')); x = `high.${i}.after.${pre ? 'added' : 'normalised'}`; }
  made.push(['logits', [x, 'table'], { operator: 'linear' }]);
  return graphOf(made);
}
