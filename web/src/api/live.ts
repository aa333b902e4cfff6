// A hand-out with the model in it as the source: what was recorded is shown as it was recorded, and
// all else is run here. What neither can answer needs the program.

import type { Entry, Graph, Json } from '../core/graph';
import type { Change } from '../core/schema';
import { write, type Tensor } from '../core/safetensors';
import { kindsOf } from '../core/exchanges';
import { refusal } from '../live/limits';
import { searched, type Search } from '../live/beam';
import { idsOf, Model, type Asked, type Held, type Run } from '../live/model';
import { near } from '../live/near';
import { worked, type Work } from '../live/work';
import { written, type Question } from '../live/writing';
import { aloud } from '../strings';
import type { Held as Recorded } from './handout';
import { SourceError, SWAPS, type Answer, type Source, type TraceRequest, type Words } from './source';

interface Trials { trace: string; row: number; token: number; trials: Change[][] }
interface Kept { graph: Graph; run: Run }
/** Recordings that are kept; older ones are made once more when they are asked for. */
const KEPT = 20;
const TOKENS = 'api/tokens/', NEAR = 'api/neighbours/';

export function live(file: Source, held: Held, recorded: Recorded[], answers: Record<string, Json>, given: (entry: Entry) => Tensor | null): Source {
  const model = new Model(held, given, recorded[0]!.graph.about);
  const kept = new Map<string, Kept>(), made = new Map<string, Asked>();
  let sentence = 0;
  const checked = (text: string, target?: string | null): void => {
    const found = refusal(model, text, target ?? null);
    if (found) throw new SourceError(found);
  };
  const no = (): never => { throw new SourceError(aloud.no); };
  const ours: Record<string, (body: unknown) => Work<unknown>> = {
    'api/trials': (body) => tried(body as Trials),
    ...(held.family === 'encoder-only' ? {} : { 'api/write': (body) => writing(body as Question | (Search & { how: 'beam' })) }),
    ...(held.sentences.length ? { *'api/sentence'() { return { text: held.sentences[sentence++ % held.sentences.length] }; } } : {}),
  };

  function writing(asked: Question | (Search & { how: 'beam' })): Work<unknown> {
    checked(asked.text);
    return asked.how === 'beam' ? searched(model, asked) : written(model, asked);
  }

  function* tried({ trace, row, token, trials }: Trials): Work<{ probabilities: number[] }> {
    const { about } = (yield* have(trace))?.graph ?? recorded.find((one) => one.graph.about.trace === trace)?.graph ?? no();
    const ids = { source: idsOf(about.source), target: idsOf(about.target) }, probabilities: number[] = [];
    for (const changes of trials) {
      const { shape, data } = yield* model.valueOf(yield* model.run(ids, changes), 'probabilities');
      probabilities.push(data[row * shape.at(-1)! + token]!);
      yield aloud.tried(probabilities.length, trials.length);
    }
    return { probabilities };
  }

  /** A recording of ours; null where it is one of the file's. */
  function* have(trace: string): Work<Kept | null> {
    const asked = made.get(trace);
    if (!asked) return null;
    const found = kept.get(trace) ?? (yield* model.trace(asked));
    found.graph.about.trace = trace;
    kept.delete(trace);
    kept.set(trace, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
    return found;
  }

  function* valuesOf({ run }: Kept, paths: string[]): Work<Map<string, Tensor>> {
    const found = new Map<string, Tensor>();
    for (const path of paths) if (run.at.has(path)) found.set(path, yield* model.valueOf(run, path));
    return found;
  }

  function* traced(asked: Asked, paths: string[]): Work<Answer> {
    const trace = `live-${made.size + 1}`;
    made.set(trace, asked);
    const found = (yield* have(trace))!;
    return { graph: found.graph, values: yield* valuesOf(found, paths) };
  }

  return {
    ...file,
    live: true,
    told: aloud,
    has: (address) => file.has(address) || address in ours,
    async trace(request: TraceRequest, signal?: AbortSignal): Promise<Answer> {
      const { text, target, changes, snapshot, variant, training, pad, values } = request;
      const known = recorded.find(({ graph: { about } }) => about.text === text.trim() && (target ?? about.output) === about.output);
      if (known && !changes?.length && !pad && !variant && !training && (snapshot ?? null) === null) return file.trace(request);
      if (variant || training || (snapshot ?? null) !== null) return no();
      checked(text, target);
      return worked(traced({ text, target: target ?? null, changes: changes ?? [], pad: pad ?? 0 }, values ?? []), signal);
    },
    values: async (trace, paths) => {
      const found = await worked(have(trace));
      return found ? worked(valuesOf(found, paths)) : file.values(trace, paths);
    },
    code: async (trace, number) => {
      const entry = (await worked(have(trace)))?.graph.entries[number];
      if (!entry) return file.code(trace, number);
      const same = recorded[0]!.graph.entries.findIndex((one) => one.file === entry.file && one.line === entry.line);
      return file.code(recorded[0]!.graph.about.trace, same);
    },
    whole: async (trace) => {
      const found = await worked(have(trace));
      return found ? write({ graph: JSON.stringify(found.graph) }, await worked(valuesOf(found, found.graph.entries.map((entry) => entry.path)))) : file.whole(trace);
    },
    async ask<T>(address: string, body?: unknown, signal?: AbortSignal): Promise<T> {
      if (address.startsWith(SWAPS)) {
        const words = answers['api/words'] as unknown as Words | undefined;
        return words ? { words: kindsOf(decodeURIComponent(address.slice(SWAPS.length)), words.kinds) } as T : file.ask(address);
      }
      if (address.startsWith(TOKENS) && !(address in answers)) return { words: model.words(decodeURIComponent(address.split('?text=')[1] ?? '')) } as T;
      if (address.startsWith(NEAR) && !(address in answers)) return near(model, Number(address.split('?token=')[1])) as T;
      const known = body === undefined ? answers[address] : answers[`${address} ${JSON.stringify(body)}`];
      return (known ?? await worked((ours[address] ?? no)(body), signal)) as T;
    },
  };
}
