// Softmax on the page: of a row of logits over the whole vocabulary, at any temperature.

import type { Numbers } from './safetensors';

export function softmax(logits: Numbers, temperature = 1): Float64Array {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  const powers = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
