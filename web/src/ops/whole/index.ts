// A recorded graph computed once more, whole values at a time, from its inputs and its parameters. A
// value is computed when it is asked for, with all that it needs; an operator that has no kernel here
// is computed cell by cell, as the page explains it.

import { size } from '../../core/arrange';
import type { Entry } from '../../core/graph';
import type { Numbers, Tensor } from '../../core/safetensors';
import { t } from '../../strings';
import { Inputs } from '../cell';
import { explain } from '../index';
import { KERNELS } from './kernels';

export class Whole {
  private readonly values = new Map<number, Tensor>();

  /** `given` has the values that are not computed: parameters, inputs, and what is beyond the page;
   *  `after` may put another in the place of one that was. */
  constructor(private readonly entries: Entry[], private readonly given: (entry: number) => Tensor | null, private readonly after: (entry: number, value: Tensor) => Tensor = (_, value) => value) {}

  /** The value of an entry, with all that it was computed from. */
  valueOf = (entry: number): Tensor => {
    for (const work = this.making(entry); ; ) {
      const { done, value } = work.next();
      if (done) return value;
    }
  };

  /** The same with a stop after each value that is computed. */
  *making(entry: number): Generator<undefined, Tensor> {
    const known = this.values.get(entry) ?? this.given(entry);
    if (known) return this.keep(entry, known);
    // Entries stand in the order in which they came to be: what is missing is computed from the first on.
    const waiting = [entry], missing = new Set<number>();
    while (waiting.length) {
      const at = waiting.pop()!;
      if (missing.has(at) || this.values.has(at)) continue;
      const here = this.given(at);
      if (here) this.keep(at, here);
      else {
        missing.add(at);
        waiting.push(...this.entries[at]!.inputs.map((source) => source.entry));
      }
    }
    for (const at of [...missing].sort((a, b) => a - b)) {
      this.keep(at, this.after(at, computed(this.entries, at, (i) => this.values.get(i)!)));
      yield;
    }
    return this.values.get(entry)!;
  }

  private keep(entry: number, value: Tensor): Tensor {
    this.values.set(entry, value);
    return value;
  }
}

/** The value of one entry from those of its inputs. */
export function computed(entries: Entry[], number: number, valueOf: (entry: number) => Tensor): Tensor {
  const entry = entries[number]!, kernel = KERNELS[entry.operator];
  const data = kernel?.(new Inputs(entry, entries, valueOf), valueOf) ?? byCells(entries, entry, valueOf);
  return { shape: entry.shape, data: typed(entry.dtype, data) };
}

function byCells(entries: Entry[], entry: Entry, valueOf: (entry: number) => Tensor): Float64Array {
  return Float64Array.from({ length: size(entry.shape) }, (_, flat) => {
    const found = explain(entry, entries, flat, valueOf);
    if (!found) throw new Error(t.state.uncomputed(entry.path, entry.operator));
    return found.result;
  });
}

/** Numbers as the format has them. */
export function typed(dtype: string, data: ArrayLike<number>): Numbers {
  if (/float/.test(dtype)) return data instanceof Float32Array ? data : new Float32Array(data);
  if (/bool|uint8/.test(dtype)) return data instanceof Uint8Array ? data : new Uint8Array(data);
  return data instanceof Int32Array ? data : new Int32Array(data);
}
