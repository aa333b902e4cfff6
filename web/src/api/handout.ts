// A hand-out's file as the source: what was recorded, the parameters, and answers of the program to
// what the page asks beside. The values are computed here, from the parameters and the inputs.

import type { Json } from '../core/schema';
import type { Entry, Graph } from '../core/graph';
import { positions } from '../core/positions';
import { restored } from '../core/rounded';
import { read, write, type Tensor } from '../core/safetensors';
import { exchanges } from '../core/exchanges';
import { Whole } from '../ops/whole';
import type { Held as Live } from '../live/model';
import { live } from './live';
import { t } from '../strings';
import { SourceError, SWAPS, type Answer, type Code, type ModelInfo, type Rounding, type Source } from './source';

/** What the file holds beside numbers. `given`: of each entry that is not computed what its numbers are
 *  called in the file; `tables`: of those that a formula of positions makes, the formula. */
export interface Held { graph: Graph; given: Record<string, string>; tables: Record<string, string> }
interface Contents { models: ModelInfo[]; rounding: Rounding | null; answers: Record<string, Json>; code: Record<string, Code>; notes: string; traces: Held[]; live: Live | null }

/** A recording at hand: its graph, its values, and its parameters. */
interface Trace { held: Held; whole: Whole }

export function handout(file: ArrayBuffer): Source {
  const { metadata, tensors } = read(file);
  const contents = JSON.parse(metadata['handout'] ?? '') as Contents;
  const parameters = new Map<string, Tensor>();
  const traces = new Map(contents.traces.map((held): [string, Trace] => [held.graph.about.trace, { held, whole: wholeOf(held, tensors, parameters) }]));
  const texts = contents.traces.map((held) => held.graph.about.text);
  const no = (): never => { throw new SourceError(t.state.handout); };
  const find = (trace: string): Trace => traces.get(trace) ?? no();
  const valuesOf = ({ held, whole }: Trace, paths: string[]): Map<string, Tensor> => {
    const wanted = new Set(paths);
    return new Map(held.graph.entries.flatMap((entry, i): [string, Tensor][] => (wanted.has(entry.path) ? [[entry.path, whole.valueOf(i)]] : [])));
  };
  const source: Source = {
    live: false,
    texts,
    notes: contents.notes,
    rounding: contents.rounding,
    has: (address) => address in contents.answers || address.startsWith(SWAPS),
    models: () => Promise.resolve(contents.models),
    async trace(request): Promise<Answer> {
      const { model, text, target, changes, snapshot, variant, training, pad, values } = request;
      const found = contents.traces.find(({ graph: { about } }) => about.run === model && about.text === text.trim() && (target ?? about.output) === about.output);
      if (!found || changes?.length || variant || training || pad || (snapshot ?? null) !== null) return no();
      return { graph: found.graph, values: valuesOf(find(found.graph.about.trace), values ?? []) };
    },
    values: async (trace, paths) => valuesOf(find(trace), paths),
    code: async (trace, number) => {
      const { file, line } = find(trace).held.graph.entries[number]!;
      return contents.code[`${file}:${line}`] ?? null;
    },
    whole: async (trace) => {
      const found = find(trace), { graph } = found.held;
      return write({ graph: JSON.stringify(graph) }, valuesOf(found, graph.entries.map((entry) => entry.path)));
    },
    async ask<T>(address: string, body?: unknown): Promise<T> {
      if (address.startsWith(SWAPS)) return { words: exchanges(decodeURIComponent(address.slice(SWAPS.length)), texts) } as T;
      const known = contents.answers[body === undefined ? address : `${address} ${JSON.stringify(body)}`];
      if (known === undefined) return no();
      return known as T;
    },
  };
  return contents.live ? live(source, contents.live, contents.traces, contents.answers, (entry) => givenOf(contents.live!, entry, tensors, parameters)) : source;
}

/** The numbers of an entry that is not computed; parameters are the same in all traces, and made once. */
function givenOf(held: Pick<Held, 'given' | 'tables'>, entry: Entry, tensors: Map<string, Tensor>, parameters: Map<string, Tensor>): Tensor | null {
  const formula = held.tables[entry.path], name = formula ? `${formula} ${entry.shape}` : held.given[entry.path];
  if (name === undefined) return null;
  const known = parameters.get(name) ?? (formula ? { shape: entry.shape, data: positions(formula, entry.shape as [number, number]) } : tensorOf(entry, name, tensors));
  parameters.set(name, known);
  return known;
}

const wholeOf = (held: Held, tensors: Map<string, Tensor>, parameters: Map<string, Tensor>): Whole => {
  const { entries } = held.graph;
  return new Whole(entries, (number) => givenOf(held, entries[number]!, tensors, parameters));
};

function tensorOf(entry: Entry, name: string, tensors: Map<string, Tensor>): Tensor {
  const plain = tensors.get(name);
  if (plain) return { ...plain, shape: entry.shape };
  return restored(entry.shape, tensors.get(`${name}.high`)!, tensors.get(`${name}.low`) ?? null, tensors.get(`${name}.scale`)!);
}
