// The vocabulary of names: what parts and values are called in plain words, and where the paper
// speaks of them. A key of two words is more exact than one of one; {n} is a layer's number.

export const names: Record<string, [string, string]> = {
  encoder: ['encoder layer {n}', '§3.1'],
  decoder: ['decoder layer {n}', '§3.1'],
  source_embedding: ['words become numbers (source)', '§3.4, §3.5'],
  target_embedding: ['words become numbers (target)', '§3.4, §3.5'],
  self_attention: ['self-attention', '§3.2'],
  cross_attention: ['cross-attention', '§3.2.3'],
  feedforward: ['feed-forward', '§3.3'],
  after_self: ['add & normalise', '§3.1'],
  after_cross: ['add & normalise', '§3.1'],
  after_feedforward: ['add & normalise', '§3.1'],
  encoder_norm: ['last normalisation of the encoder', '§3.1'],
  decoder_norm: ['last normalisation', '§3.1'],
  norm: ['normalisation', '§3.1'],
  query_matrix: ['query matrix', '§3.2.2'],
  key_matrix: ['key matrix', '§3.2.2'],
  value_matrix: ['value matrix', '§3.2.2'],
  output_matrix: ['output matrix', '§3.2.2'],
  tokens: ['embedding table', '§3.4'],
  positions: ['positions', '§3.5'],
  'positions.table': ['table of positions', '§3.5'],
  up: ['first matrix W₁', '§3.3, equation 2'],
  down: ['second matrix W₂', '§3.3, equation 2'],
  query: ['queries q', '§3.2.1'],
  key: ['keys k', '§3.2.1'],
  value: ['values v', '§3.2.1'],
  scores: ['scores q · k', '§3.2.1, equation 1'],
  scaled: ['scores ÷ √d_k', '§3.2.1, equation 1'],
  'source_embedding.scaled': ['row × √d_model', '§3.4'],
  'target_embedding.scaled': ['row × √d_model', '§3.4'],
  masked: ['what may not be seen is −∞', '§3.2.3'],
  softmax: ['softmax', '§3.2.1, equation 1'],
  weights: ['attention', '§3.2.1, equation 1'],
  dropped: ['after dropout', '§5.4'],
  mixed: ['values, mixed by attention', '§3.2.1, equation 1'],
  output: ['output', '§3.2.2'],
  'feedforward.output': ['output of the feed-forward', '§3.3, equation 2'],
  'self_attention.output': ['output of the self-attention', '§3.2.2'],
  'cross_attention.output': ['output of the cross-attention', '§3.2.2'],
  embedded: ['row of the embedding table', '§3.4'],
  position: ['position', '§3.5'],
  placed: ['word + position', '§3.5'],
  added: ['added to what came in', '§3.1'],
  normalised: ['normalised', '§3.1'],
  hidden: ['what the last layer hands on', '§3.1'],
  'feedforward.hidden': ['inner numbers', '§3.3, equation 2'],
  active: ['after the activation', '§3.3, equation 2'],
  memory: ['what the encoder hands over', '§3.1'],
  source: ['the words that are read, as numbers', '§3.4'],
  target: ['the words that are written, as numbers', '§3.4'],
  input: ['what came in', '§3.4'],
  source_mask: ['which source places are words', '§3.2.3'],
  target_mask: ['who may see whom', '§3.2.3'],
  logits: ['a score for every word (logits)', '§3.4'],
  probabilities: ['a probability for every word', '§3.4'],
  bitwise_not: ['the mask, turned round', '§3.2.3'],
  arange: ['places, counted', '§3.2.3'],
  le: ['not later than', '§3.2.3'],
  ne: ['which places are not padding', '§3.2.3'],
  kept: ['which numbers dropout keeps', '§5.4'],
  wanted: ['the right words, as numbers', '§5.4'],
  log_probabilities: ['logarithm of each probability', '§5.4'],
  terms: ['target × logarithm', '§5.4'],
  losses: ['loss at each place', '§5.4'],
  one_hot: ['1 at the right word', '§5.4'],
  random_: ['numbers drawn at random', '§5.4'],
  empty: ['room for numbers', ''],
  lt: ['smaller than a bound', '§5.4'],
  loss: ['loss', '§5.4'],
  smoothed: ['target, smoothed', '§5.4'],
};

/** A module's parameters, by the module that has them and by theirs. */
export const parameterNames: Record<string, string> = {
  'norm.weight': 'gain of the normalisation',
  'norm.bias': 'bias of the normalisation',
  'encoder_norm.weight': 'gain of the last normalisation',
  'encoder_norm.bias': 'bias of the last normalisation',
  'decoder_norm.weight': 'gain of the last normalisation',
  'decoder_norm.bias': 'bias of the last normalisation',
  'up.bias': 'first bias b₁',
  'down.bias': 'second bias b₂',
};
export const parameterOf = { weight: (owner: string) => owner, bias: (owner: string) => `${owner}: bias`, linear: (owner: string) => `times the ${owner}` };
export const vocabularyMatrix: [string, string] = ['output matrix of the vocabulary', '§3.4'];

/** Steps without a name of their own, by the operator that made them. */
export const operatorNames: Record<string, string> = {
  add: 'added', add_: 'added', radd: 'added', sub: 'subtracted', sub_: 'subtracted', rsub: 'subtracted', mul: 'multiplied', mul_: 'multiplied', div: 'divided', div_: 'divided', __rtruediv__: 'divided',
  pow: 'to a power', rpow: 'to a power', matmul: 'rows times columns', rmatmul: 'rows times columns', linear: 'times a matrix', maximum: 'the larger one', minimum: 'the smaller one',
  embedding: 'row of a table', gather: 'picked', __getitem__: 'picked', masked_fill: 'masked', masked_fill_: 'masked', where: 'one or the other', clamp: 'held between bounds',
  cat: 'laid side by side', concat: 'laid side by side', stack: 'laid side by side', log_softmax: 'logarithm of softmax', logsumexp: 'logarithm of the sum of powers', layer_norm: 'normalised',
  eq: 'the same?', __eq__: 'the same?', ne: 'different?', __ne__: 'different?', lt: 'smaller?', __lt__: 'smaller?', le: 'not larger?', __le__: 'not larger?', gt: 'larger?', __gt__: 'larger?', ge: 'not smaller?', __ge__: 'not smaller?',
  bitwise_and: 'both', logical_and: 'both', bitwise_or: 'one of both', logical_or: 'one of both', logical_not: 'turned round',
  neg: 'with the other sign', abs: 'without the sign', exp: 'power of e', log: 'logarithm', sqrt: 'square root', rsqrt: 'one over the square root', sin: 'sine', cos: 'cosine', tanh: 'hyperbolic tangent', sigmoid: 'sigmoid',
  relu: 'ReLU', gelu: 'GELU', silu: 'SiLU', float: 'in another format', double: 'in another format', to: 'in another format', type_as: 'in another format', int: 'in another format', long: 'in another format',
  sum: 'summed', mean: 'mean', cumsum: 'running sum', amax: 'the largest', amin: 'the smallest', max: 'the largest', min: 'the smallest',
  zeros: 'zeros', zeros_like: 'zeros', ones: 'ones', ones_like: 'ones', full: 'one number everywhere', full_like: 'one number everywhere',
};

/** What axes count, in plain words. */
export const axisNames: Record<string, string> = {
  batch: 'sentence', head: 'head', position: 'place', query: 'from', key: 'to', feature: 'feature', d_model: 'feature', d_ff: 'inner feature',
  vocabulary: 'word', row: 'row', column: 'column', source: 'place', target: 'place',
};

export const axisPlurals: Record<string, string> = {
  head: 'heads', position: 'places', query: 'places that look', key: 'places looked at', feature: 'features', d_model: 'features', d_ff: 'inner features',
  vocabulary: 'words', row: 'rows', column: 'columns', source: 'places', target: 'places',
};

/** The paper's sections by number, and its equations. */
export const sections: Record<string, string> = {
  '§3.1': 'Encoder and Decoder Stacks',
  '§3.2': 'Attention',
  '§3.2.1': 'Scaled Dot-Product Attention',
  '§3.2.2': 'Multi-Head Attention',
  '§3.2.3': 'Applications of Attention in our Model',
  '§3.3': 'Position-wise Feed-Forward Networks',
  '§3.4': 'Embeddings and Softmax',
  '§3.5': 'Positional Encoding',
  '§5.3': 'Optimizer',
  '§5.4': 'Regularization',
};
export const equations: Record<string, string> = {
  1: '\\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\Bigl(\\frac{QK^T}{\\sqrt{d_k}}\\Bigr) V',
  2: '\\mathrm{FFN}(x) = \\max(0, xW_1 + b_1) W_2 + b_2',
  3: 'lrate = d_{model}^{-0.5} \\cdot \\min(step^{-0.5}, step \\cdot warmup^{-1.5})',
};
