// The tokens whose vectors point most nearly the same way, as src/glassformer/explorer/space.py finds them.

import type { Neighbours } from '../api/lenses';
import { strongest } from '../core/attention';
import { cosine, dot, rowOf } from '../core/vectors';
import type { Model } from './model';
import { tokenOf } from './writing';

const NEAREST = 12;

export function near(model: Model, id: number): Neighbours {
  const table = model.table(), here = rowOf(table, id), rows = model.held.target.names.map((_, i) => rowOf(table, i));
  const cosines = rows.map((row, i) => (i === id ? -Infinity : cosine(here, row)));
  const nearest = strongest(cosines, NEAREST).map((i) => ({ ...tokenOf(model, i), cosine: cosines[i]!, dot: dot(here, rows[i]!) }));
  return { token: model.target.tokens([id])[0]!, nearest };
}
