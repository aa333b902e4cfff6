// What the paper itself says, and says in every language: its sections and its equations.

export const sections: Record<string, string> = {
  '§3.1': 'Encoder and Decoder Stacks',
  '§3.2': 'Attention',
  '§3.2.1': 'Scaled Dot-Product Attention',
  '§3.2.2': 'Multi-Head Attention',
  '§3.2.3': 'Applications of Attention in our Model',
  '§3.3': 'Position-wise Feed-Forward Networks',
  '§3.4': 'Embeddings and Softmax',
  '§3.5': 'Positional Encoding',
  '§4': 'Why Self-Attention',
  '§5.1': 'Training Data and Batching',
  '§5.2': 'Hardware and Schedule',
  '§5.3': 'Optimizer',
  '§5.4': 'Regularization',
};
export const equations: Record<string, string> = {
  1: '\\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\Bigl(\\frac{QK^T}{\\sqrt{d_k}}\\Bigr) V',
  2: '\\mathrm{FFN}(x) = \\max(0, xW_1 + b_1) W_2 + b_2',
  3: 'lrate = d_{model}^{-0.5} \\cdot \\min(step^{-0.5}, step \\cdot warmup^{-1.5})',
};
