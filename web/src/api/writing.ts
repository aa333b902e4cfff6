// What the program tells of its decoding, step by step.

import type { Token } from '../core/graph';

/** A word that could be next: its logit, that over the temperature, whether the filters keep it, its
 *  probability without them (`plain`) and with them. The cache holds `numbers` for the tokens so far and
 *  `source` for those of the source; null where a change has every step computed anew. */
export interface Option { id: number; piece: string; logit: number; scaled: number; kept: boolean; plain: number; probability: number }
export interface Rest { count: number; plain: number; probability: number }
export interface Step { token: Token; probability: number; options: Option[]; rest: Rest; cache: { tokens: number; numbers: number; source: number } | null }
export interface Written { how: 'greedy' | 'sample'; output: string; steps: Step[] }

export interface Branch {
  id: number; parent: number | null; step: number; token: Token; log_probability: number; total: number; penalty: number; score: number;
  state: 'alive' | 'finished' | 'pruned';
}
export interface Beam { how: 'beam'; output: string; nodes: Branch[]; best: number; beam: number; alpha: number }
