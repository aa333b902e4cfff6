// A hand-out with the model in it as the source: what was recorded is shown as it was recorded, and
// all else is run here. What neither can answer needs the program.

import type { Entry, Graph, Json } from '../core/graph';
import type { Change } from '../core/schema';
import { write, type Tensor } from '../core/safetensors';
import { kindsOf } from '../core/exchanges';
import { refusal } from '../live/limits';
import { idsOf, Model, type Held, type Run } from '../live/model';
import { written, type Question } from '../live/writing';
import { aloud } from '../strings';
import type { Held as Recorded } from './handout';
import { SourceError, type Answer, type Source, type TraceRequest, type Words } from './source';

interface Trials { trace: string; row: number; token: number; trials: Change[][] }
interface Kept { graph: Graph; run: Run }
/** Recordings that are remembered. */
const KEPT = 60;
const SWAPS = 'api/swaps?text=', TOKENS = 'api/tokens/';

export function live(file: Source, held: Held, recorded: Recorded[], answers: Record<string, Json>, given: (entry: Entry) => Tensor | null): Source {
  const model = new Model(held, given, recorded[0]!.graph.about);
  const kept = new Map<string, Kept>();
  let made = 0, drawn = 0;
  const checked = (text: string, target?: string | null): void => {
    const found = refusal(model, text, target ?? null);
    if (found) throw new SourceError(found);
  };
  const ours: Record<string, (body: unknown) => unknown> = {
    'api/trials': (body) => ({ probabilities: tried(body as Trials) }),
    'api/write': (body) => { checked((body as Question).text); return written(model, body as Question) ?? no(); },
    ...(held.sentences.length ? { 'api/sentence': () => ({ text: held.sentences[drawn++ % held.sentences.length] }) } : {}),
  };
  const no = (): never => { throw new SourceError(aloud.no); };

  function tried({ trace, row, token, trials }: Trials): number[] {
    const { about } = kept.get(trace)?.graph ?? recorded.find((one) => one.graph.about.trace === trace)?.graph ?? no();
    const ids = { source: idsOf(about.source), target: idsOf(about.target) };
    return trials.map((changes) => {
      const { shape, data } = model.valueOf(model.run(ids, changes), 'probabilities');
      return data[row * shape.at(-1)! + token]!;
    });
  }

  function keep(found: Kept): Kept {
    const number = (found.graph.about.trace = `live-${++made}`);
    kept.set(number, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return found;
  }

  const valuesOf = ({ run }: Kept, paths: string[]): Map<string, Tensor> => new Map(paths.flatMap((path): [string, Tensor][] => (run.at.has(path) ? [[path, model.valueOf(run, path)]] : [])));

  return {
    ...file,
    live: true,
    told: aloud,
    has: (address) => file.has(address) || address in ours,
    async trace(request: TraceRequest): Promise<Answer> {
      const { text, target, changes, snapshot, variant, training, pad, values } = request;
      const known = recorded.find(({ graph: { about } }) => about.text === text.trim() && (target ?? about.output) === about.output);
      if (known && !changes?.length && !pad && !variant && !training && (snapshot ?? null) === null) return file.trace(request);
      if (variant || training || (snapshot ?? null) !== null) return no();
      checked(text, target);
      const found = keep(model.trace({ text, target: target ?? null, changes: changes ?? [], pad: pad ?? 0 }));
      return { graph: found.graph, values: valuesOf(found, values ?? []) };
    },
    values: async (trace, paths) => (kept.has(trace) ? valuesOf(kept.get(trace)!, paths) : file.values(trace, paths)),
    code: async (trace, number) => {
      const entry = kept.get(trace)?.graph.entries[number];
      if (!entry) return file.code(trace, number);
      const same = recorded[0]!.graph.entries.findIndex((one) => one.file === entry.file && one.line === entry.line);
      return file.code(recorded[0]!.graph.about.trace, same);
    },
    whole: async (trace) => {
      const found = kept.get(trace);
      return found ? write({ graph: JSON.stringify(found.graph) }, valuesOf(found, found.graph.entries.map((entry) => entry.path))) : file.whole(trace);
    },
    async ask<T>(address: string, body?: unknown): Promise<T> {
      if (address.startsWith(SWAPS)) {
        const words = answers['api/words'] as unknown as Words | undefined;
        return words ? { words: kindsOf(decodeURIComponent(address.slice(SWAPS.length)), words.kinds) } as T : file.ask(address);
      }
      if (address.startsWith(TOKENS) && !(address in answers)) return { words: model.words(decodeURIComponent(address.split('?text=')[1] ?? '')) } as T;
      const known = body === undefined ? answers[address] : answers[`${address} ${JSON.stringify(body)}`];
      return (known ?? (ours[address] ?? no)(body)) as T;
    },
  };
}
