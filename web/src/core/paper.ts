// The paper's sections, equations, figures and tables, and where on the page each is shown on the loaded
// model: a place, found by what the trace holds, or the reason why this model has none.

import type { ModelInfo } from '../api/source';
import { sections, t } from '../strings';
import { attentionsOf, headGrid, tokensOf, type Attention } from './attention';
import { readable } from './format';
import type { Graph, Token } from './graph';
import { IDEAS, type Lack, type Scene, type Where } from './ideas';
import { isSpecial, PRONOUNS } from './line';
import type { Tensor } from './safetensors';

export type PaperLack = Lack | 'pronoun' | 'oneHead' | 'far';
/** `values` are those of attention, which every picture has. */
export interface PaperScene { info: ModelInfo; graph: Graph; values: Map<string, Tensor> }
type Find = (scene: PaperScene) => Where | PaperLack;
/** Attention of one layer over the words of the sentence; `ends` are the tokens that are no words. */
interface Seen { at: Attention; tensor: Tensor; tokens: Token[]; ends: Set<number> }

const PAPER_LAYER = 5 / 6; // the figures show layer 5 of 6

const idea = (id: string): Find => (scene: Scene) => IDEAS[id]!(scene);
const figure = (find: (seen: Seen, scene: PaperScene) => Where | PaperLack): Find => (scene) => {
  const seen = seenIn(scene);
  return seen ? find(seen, scene) : 'encoder';
};

/** Self-attention at the height of the paper's figures: of the encoder, else of the only stack. */
export function seenIn({ graph, values }: PaperScene): Seen | null {
  const all = attentionsOf(graph), part = (['encoder', 'decoder'] as const).find((one) => all.some((each) => each.part === one));
  const layers = all.filter((one) => one.part === part), at = layers[Math.max(1, Math.round(PAPER_LAYER * layers.length)) - 1];
  const tensor = at && values.get(at.stages.weights!);
  if (!part || !at || !tensor) return null;
  const tokens = tokensOf(graph, part).queries;
  return { at, tensor, tokens, ends: new Set(tokens.flatMap((token, i) => (isSpecial(token.piece) ? [i] : []))) };
}

const lookAt = ({ at }: Seen, rest: Where): Where => ({ view: 'attention', part: at.part, layer: at.layer, ...rest });

/** Figure 3: the pair of words with the most attention, the mean of the heads, times distance. */
function far(seen: Seen): Where | PaperLack {
  let most = 0, found: [number, number] | null = null;
  const words = seen.tokens.map((_, i) => i).filter((i) => !seen.ends.has(i));
  for (const query of words) {
    for (const key of words) {
      const reach = meanOf(seen, query, key) * Math.abs(query - key);
      if (reach > most) [most, found] = [reach, [query, key]];
    }
  }
  return found ? lookAt(seen, { grain: 'head', row: found[0], head: bestHead(seen, found[0], (key) => key === found[1]) }) : 'far';
}

/** Figure 4: a pronoun, by the head that reads one other word there most. */
function pronoun(seen: Seen, { info }: PaperScene): Where | PaperLack {
  if (!info.built_in) return 'words';
  const row = seen.tokens.findIndex((token) => PRONOUNS.includes(readable(token.piece).toLowerCase()));
  return row < 0 ? 'pronoun' : lookAt(seen, { grain: 'head', row, head: bestHead(seen, row, (key) => key !== row && !seen.ends.has(key)) });
}

/** Figure 5: the two heads of the layer that differ most over the sentence. */
function different(seen: Seen): Where | PaperLack {
  const grids = Array.from({ length: seen.at.heads }, (_, head) => headGrid(seen.tensor, head));
  let most = -1, pair: [number, number] | null = null;
  grids.forEach((a, i) => grids.slice(i + 1).forEach((b, j) => {
    let apart = 0;
    for (let at = 0; at < a.rows * a.columns; at++) apart += Math.abs(a.data[a.start + at]! - b.data[b.start + at]!);
    if (apart > most) [most, pair] = [apart, [i, i + 1 + j]];
  }));
  return pair ? lookAt(seen, { grain: 'two', head: pair[0], head2: pair[1] }) : 'oneHead';
}

function weightAt({ tensor }: Seen, head: number, query: number, key: number): number {
  const grid = headGrid(tensor, head);
  return grid.data[grid.start + query * grid.columns + key] ?? 0;
}

function meanOf(seen: Seen, query: number, key: number): number {
  let sum = 0;
  for (let head = 0; head < seen.at.heads; head++) sum += weightAt(seen, head, query, key);
  return sum / seen.at.heads;
}

/** The head whose attention from this row to one of these keys is the greatest. */
function bestHead(seen: Seen, row: number, among: (key: number) => boolean): number {
  const keys = seen.tokens.map((_, i) => i).filter(among);
  const best = Array.from({ length: seen.at.heads }, (_, head) => Math.max(...keys.map((key) => weightAt(seen, head, row, key))));
  return best.indexOf(Math.max(...best));
}

/** Attention as the paper applies it in three places: that between the halves where there is one. */
const applied: Find = ({ graph }) => {
  const parts = new Set(attentionsOf(graph).map((one) => one.part));
  const part = (['cross', 'decoder', 'encoder'] as const).find((one) => parts.has(one));
  return part ? { view: 'attention', grain: 'steps', part } : 'encoder';
};

/** Equation 2 at one number that it made; the formula stands beside it. */
const fed: Find = (scene) => {
  const where = idea('b29')(scene);
  return typeof where === 'string' ? where : { ...where, cell: `${where['open']}.output:0` };
};
/** Where it is seen how the model learned, and of that what is meant. */
const learned = (spot: string): Find => (scene) => {
  const where = idea('c04')(scene);
  return typeof where === 'string' ? where : { ...where, spot };
};

export const PAPER: Record<string, Find> = {
  '3.1': idea('b09'), '3.2': idea('a19'), '3.2.1': idea('a12'), '3.2.2': idea('a17'), '3.2.3': applied, '3.3': idea('b29'),
  '3.4': idea('a06'), '3.5': idea('a22'), 4: idea('b21'), '5.1': idea('c07'), '5.2': idea('b15'), '5.3': learned('rate'), '5.4': idea('c03'),
  eq1: idea('a15'), eq2: fed, eq3: learned('formula'),
  fig1: idea('a03'), fig2: idea('a19'), fig3: figure(far), fig4: figure(pronoun), fig5: figure(different),
  table1: idea('b21'), table2: idea('c10'), table3: idea('c11'),
};

/** The entries in the paper's order, by kind. */
export const CONTENTS = {
  sections: ['3.1', '3.2', '3.2.1', '3.2.2', '3.2.3', '3.3', '3.4', '3.5', '4', '5.1', '5.2', '5.3', '5.4'],
  equations: ['eq1', 'eq2', 'eq3'],
  figures: ['fig1', 'fig2', 'fig3', 'fig4', 'fig5'],
  tables: ['table1', 'table2', 'table3'],
} as const;

/** What an entry is called, as the paper does. */
export function titleOf(id: string): string {
  const [, kind, number] = id.match(/^(eq|fig|table)(\d)$/) ?? [];
  if (!number) return `§${id} ${sections[`§${id}`]}`;
  return (kind === 'eq' ? t.paper.equation : kind === 'fig' ? t.paper.figure : t.paper.table)(number);
}

/** The entries that a place in the paper names: "§3.2.1, equation 1". */
export function entriesOf(places: string): string[] {
  return places.split(', ').map((place) => (place.startsWith('§') ? place.slice(1) : `eq${place.match(/\d$/)?.[0]}`)).filter((id) => id in PAPER);
}
