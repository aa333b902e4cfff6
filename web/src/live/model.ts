// The model in the page: a text and what belongs to it in, a recording out, as src/glassformer/loaded
// makes one. Each token is chosen by a pass over it alone, with the keys and values of those before it;
// where something is changed, by a pass over all positions so far, as the program does.

import type { About, Change, Ran, Token } from '../core/schema';
import { joined, type Entry, type Graph } from '../core/graph';
import type { Tensor } from '../core/safetensors';
import { Whole } from '../ops/whole';
import { aloud } from '../strings';
import { applied, withChanged } from './change';
import { filling, steady, type Lengths, type Template } from './template';
import { Tokenizer, type Held as HeldTokenizer } from './tokenizer';
import type { Work } from './work';

/** What a file holds of the model beside its parameters. `longest`: tokens of a text; `written`: of what
 *  a decoder reads; `extra`: how many more may be written than were read; `step`: the graph of a token
 *  that is written after others, whose inputs called PATH before are values of the pass before it. */
export interface Held {
  family: Ran; longest: number; written: number; extra: number; source: HeldTokenizer; target: HeldTokenizer;
  sentences: string[]; template: Template; step: Template | null; given: Record<string, string>; tables: Record<string, string>;
}
export interface Ids { source: number[]; target: number[] }
export interface Asked { text: string; target?: string | null; changes?: Change[]; pad?: number }
/** A pass: its entries, and its values as they are asked for; `others`: of each change the value of another text that it takes from. */
export interface Run { entries: Entry[]; whole: Whole; at: Map<string, number>; changes: Change[]; others: (Tensor | null)[] }
/** What is written so far, and the logits of what comes next. `kept`: what the next step takes of this
 *  one; `first`: the first pass, where each is over all positions. */
export interface State { ids: Ids; logits: Float32Array; kept: Map<string, Tensor>; first: Run | null }
/** How a text is written: with which changes, begun by which tokens, and who chooses. */
export interface Way { changes?: Change[]; prefix?: number[]; choose?: (logits: Float32Array) => number; watch?: (state: State, token: number) => void }

const BEFORE = ' before';

export class Model {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  readonly entries: (lengths: Lengths) => Entry[];
  private readonly step: ((lengths: Lengths) => Entry[]) | null;
  private readonly taken: string[];
  private readonly steady: Set<string>;

  constructor(readonly held: Held, private readonly given: (entry: Entry) => Tensor | null, private readonly about: Pick<About, 'run' | 'config' | 'untrained'>) {
    const { template, step } = held, same = steady(template), paths = (of: Template): string[] => of.map((entry) => (entry as unknown as Entry).path);
    this.source = new Tokenizer(held.source);
    this.target = new Tokenizer(held.target);
    this.entries = filling(template);
    this.step = step && filling(step);
    this.taken = paths(step ?? []).flatMap((path) => (path.endsWith(BEFORE) ? [path.slice(0, -BEFORE.length)] : []));
    this.steady = new Set(paths(template).filter((_, i) => same[i]));
  }

  /** A pass over these ids. `before` is one over the same source with the same changes. */
  *run(ids: Ids, changes: Change[] = [], before: Run | null = null): Work<Run> {
    const others: (Tensor | null)[] = before?.others ?? [];
    if (!before) for (const { path, swap } of changes) others.push(swap ? yield* this.valueOf((yield* this.trace({ text: swap.text, target: swap.target ?? null })).run, path) : null);
    const plain = this.entries({ source: ids.source.length, target: ids.target.length });
    const entries = changes.length ? withChanged(plain, new Set(changes.map((change) => change.path))) : plain;
    const given = (number: number): Tensor | null => {
      const entry = entries[number]!;
      if (entry.kind === 'input') return { shape: entry.shape, data: Int32Array.from(entry.path === 'target' || !ids.source.length ? ids.target : ids.source) };
      if (before && entry.kind !== 'parameter' && this.steady.has(entry.path.replace(/\.original$/, ''))) return before.whole.valueOf(number);
      return this.given(entry);
    };
    const after = (number: number, value: Tensor): Tensor => {
      const { kind, path, axes } = entries[number]!;
      return kind === 'changed' ? changes.reduce((found, change, i) => (change.path === path ? applied(change, axes, found, others[i] ?? null) : found), value) : value;
    };
    return { entries, whole: new Whole(joined(entries), given, after), at: placesOf(entries), changes, others };
  }

  *valueOf(run: Run, path: string): Work<Tensor> {
    return yield* run.whole.making(run.at.get(path)!);
  }

  /** Nothing is written yet. */
  *start(ids: Ids, changes: Change[] = []): Work<State> {
    const run = yield* this.run(ids, changes);
    return yield* this.state(ids, run, new Map(), changes.length || !this.step ? run : null);
  }

  /** One token more. */
  *next({ ids: { source, target }, kept, first }: State, token: number): Work<State> {
    const ids = { source, target: [...target, token] };
    if (first) return yield* this.state(ids, yield* this.run(ids, first.changes, first), kept, first);
    const entries = this.step!({ source: source.length, target: ids.target.length });
    const given = (number: number): Tensor | null => {
      const entry = entries[number]!;
      if (entry.kind !== 'input') return this.given(entry);
      return entry.path === 'target' ? { shape: entry.shape, data: Int32Array.of(token) } : kept.get(entry.path.slice(0, -BEFORE.length))!;
    };
    return yield* this.state(ids, { entries, whole: new Whole(entries, given), at: placesOf(entries), changes: [], others: [] }, kept, null);
  }

  private *state(ids: Ids, run: Run, before: Map<string, Tensor>, first: Run | null): Work<State> {
    const { shape, data } = yield* this.valueOf(run, 'logits'), kept = new Map(before);
    if (!first) for (const path of this.taken) if (run.at.has(path)) kept.set(path, yield* this.valueOf(run, path));
    return { ids, logits: data.slice(data.length - shape.at(-1)!) as Float32Array, kept, first };
  }

  /** The vectors of the tokens: of the target, where there are two tables. */
  table(): Tensor {
    const entries = this.entries({ source: 1, target: 1 }), looked = [...entries].reverse().find((entry) => entry.operator === 'embedding')!;
    return this.given(entries[looked.inputs[1]!.entry]!)!;
  }

  /** How each word of a text became its pieces. */
  words(text: string): object[] {
    const tokenizer = this.held.family === 'encoder-decoder' ? this.source : this.target;
    return tokenizer.words(text).map((word) => ({ ...word, pieces: tokenizer.tokens(word.ids) }));
  }

  /** What is read before anything is written. */
  begun(text: string): Ids {
    const ids = this.source.encode(text);
    if (this.held.family === 'encoder-decoder') return { source: [...ids, this.held.source.eos], target: [this.held.target.bos] };
    return { source: [], target: this.opened(this.target.encode(text), true) };
  }

  /** How many tokens may be written, the end among them. */
  most({ source, target }: Ids, prefix: number[] = []): number {
    const read = this.held.family === 'encoder-decoder' ? source.filter((id) => id !== this.held.source.pad).length - 1 : 0;
    return Math.min(read + this.held.extra + prefix.length, this.held.written + 1 - target.length);
  }

  /** The tokens that are written, without the end; greedy where nobody else chooses. */
  *write(begun: Ids, { changes = [], prefix = [], choose, watch }: Way = {}): Work<number[]> {
    const { bos, eos, pad } = this.held.target, written: number[] = [], most = this.most(begun, prefix);
    const greedy = (logits: Float32Array): number => best(logits, (id) => id === eos || (id !== pad && id !== bos));
    for (let state: State | null = null, step = 0; step < most; step++) {
      state = state ? yield* this.next(state, written.at(-1)!) : yield* this.start(begun, changes);
      const chosen = (choose ?? greedy)(state.logits), token = prefix[step] ?? chosen;
      watch?.(state, token);
      if (token === eos) break;
      written.push(token);
      yield aloud.written(written.length);
    }
    return written;
  }

  /** A recording of a text. */
  *trace({ text, target = null, changes = [], pad = 0 }: Asked): Work<{ graph: Graph; run: Run }> {
    const { family } = this.held;
    if (family === 'encoder-decoder') {
      const begun = this.begun(text), source = [...begun.source, ...Array<number>(pad).fill(this.held.source.pad)];
      const written = target === null ? yield* this.write({ ...begun, source }, { changes }) : this.target.encode(target);
      const run = yield* this.run({ source, target: [this.held.target.bos, ...written] }, changes);
      return this.recording(text, changes, run, source, [this.held.target.bos, ...written], [...written, this.held.target.eos], this.target.decode(written));
    }
    const ids = family === 'decoder-only' ? this.begun(target ? `${text} ${target}` : text).target : [...this.opened(this.gaps(text), false), this.held.target.eos];
    const reads = family === 'decoder-only' ? { source: [], target: ids } : { source: [...ids, ...Array<number>(pad).fill(this.held.target.pad)], target: [] };
    const run = yield* this.run(reads, changes), { shape, data } = yield* this.valueOf(run, 'logits'), columns = shape.at(-1)!;
    const guess = (row: number): number => best(data.subarray(row * columns, (row + 1) * columns) as Float32Array, () => true);
    if (family === 'encoder-only') return this.recording(text, changes, run, reads.source, [], ids, this.target.decode(ids.map((_, row) => guess(row))));
    const next = guess(ids.length - 1);
    return this.recording(text, changes, run, [], ids, [...ids.slice(1), next], this.target.decode([next]));
  }

  private opened(ids: number[], usual: boolean): number[] {
    return (this.held.target.opens ?? usual) || !ids.length ? [this.held.target.bos, ...ids] : ids;
  }

  /** The ids of a text in which each <mask> is a hidden token. */
  private gaps(text: string): number[] {
    const parts = text.split('<mask>'), spaced = this.held.target.kind !== 'char';
    return parts.flatMap((part, i) => {
      const before = spaced && i + 1 < parts.length ? part.replace(/ $/, '') : part;
      return [...(i ? [this.held.target.unk] : []), ...this.target.encode(spaced && i ? before.replace(/^ /, '') : before)];
    });
  }

  private recording(text: string, changes: Change[], run: Run, source: number[], target: number[], next: number[], output: string): { graph: Graph; run: Run } {
    const nothing = { snapshot: null, variant: null, training: null, gold: null, reference: null };
    const about: About = {
      ...this.about, trace: '', family: this.held.family, text, output, changes, stepwise: false, ...nothing,
      source: this.source.tokens(source), target: this.target.tokens(target), next: this.target.tokens(next),
    };
    return { graph: { version: 1, about, entries: run.entries }, run };
  }
}

export const idsOf = (tokens: Token[]): number[] => tokens.map((token) => token.id);

const placesOf = (entries: Entry[]): Map<string, number> => new Map(entries.map((entry, i) => [entry.path, i]));

function best(logits: Float32Array, may: (id: number) => boolean): number {
  let found = -1;
  for (let id = 0; id < logits.length; id++) if (may(id) && (found < 0 || logits[id]! > logits[found]!)) found = id;
  return found;
}
