// The model in the page: a text and what belongs to it in, a recording out, as src/glassformer/loaded
// makes one. Each token is chosen by a pass over all positions so far; what does not depend on the
// target is computed once, and rows that a linear map has seen just before are not multiplied again.

import type { About, Change, Ran, Token } from '../core/schema';
import type { Entry, Graph } from '../core/graph';
import type { Tensor } from '../core/safetensors';
import { Whole } from '../ops/whole';
import { applied, withChanged } from './change';
import { filled, steady, type Lengths, type Template } from './template';
import { Tokenizer, type Held as HeldTokenizer } from './tokenizer';

/** What a file holds of the model beside its parameters. `longest`: tokens of a text; `written`: of what
 *  a decoder reads; `extra`: how many more may be written than were read. */
export interface Held {
  family: Ran; longest: number; written: number; extra: number; source: HeldTokenizer; target: HeldTokenizer;
  sentences: string[]; template: Template; given: Record<string, string>; tables: Record<string, string>;
}
export interface Ids { source: number[]; target: number[] }
export interface Asked { text: string; target?: string | null; changes?: Change[]; pad?: number }
/** A pass: its entries, and its values as they are asked for; `others`: of each change the value of another text that it takes from. */
export interface Run { entries: Entry[]; whole: Whole; at: Map<string, number>; others: (Tensor | null)[] }
export interface Step { logits: Float32Array; token: number }

export class Model {
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  private readonly steady: Set<string>;

  constructor(readonly held: Held, private readonly given: (entry: Entry) => Tensor | null, private readonly about: Pick<About, 'run' | 'config' | 'untrained'>) {
    this.source = new Tokenizer(held.source);
    this.target = new Tokenizer(held.target);
    const same = steady(held.template);
    this.steady = new Set(held.template.flatMap((entry, i) => (same[i] ? [(entry as unknown as Entry).path] : [])));
  }

  /** A pass over these ids. `before` is one over the same source with the same changes. */
  run(ids: Ids, changes: Change[] = [], before: Run | null = null): Run {
    const others = before?.others ?? changes.map((change) => (change.swap ? this.valueOf(this.trace({ text: change.swap.text, target: change.swap.target ?? null }).run, change.path) : null));
    const plain = this.entries({ source: ids.source.length, target: ids.target.length });
    const entries = changes.length ? withChanged(plain, new Set(changes.map((change) => change.path))) : plain;
    const given = (number: number): Tensor | null => {
      const entry = entries[number]!;
      if (entry.kind === 'input') return { shape: entry.shape, data: Int32Array.from(entry.path === 'target' || !ids.source.length ? ids.target : ids.source) };
      if (before && entry.kind !== 'parameter' && this.steady.has(entry.path.replace(/\.original$/, ''))) return before.whole.valueOf(number);
      if (entry.kind !== 'changed') return this.given(entry);
      return changes.reduce((value, change, i) => (change.path === entry.path ? applied(change, entry.axes, value, others[i] ?? null) : value), whole.valueOf(number - 1));
    };
    const whole: Whole = new Whole(entries, given);
    return { entries, whole, at: new Map(entries.map((entry, i) => [entry.path, i])), others };
  }

  entries(lengths: Lengths): Entry[] {
    return filled(this.held.template, lengths);
  }

  valueOf(run: Run, path: string): Tensor {
    return run.whole.valueOf(run.at.get(path)!);
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

  /** Greedy: each step's logits and the token that is taken, the end token among them. */
  *write(ids: Ids, changes: Change[] = [], prefix: number[] = []): Generator<Step> {
    const { bos, eos, pad } = this.held.target, target = [...ids.target];
    const most = (this.held.family === 'encoder-decoder' ? ids.source.filter((id) => id !== this.held.source.pad).length - 1 : 0) + this.held.extra + prefix.length;
    let before: Run | null = null;
    for (let step = 0; step < most && target.length <= this.held.written; step++) {
      const run: Run = this.run({ source: ids.source, target }, changes, before);
      before ??= run;
      const { shape, data } = this.valueOf(run, 'logits'), columns = shape.at(-1)!, logits = data.slice((target.length - 1) * columns, target.length * columns) as Float32Array;
      const token = prefix[step] ?? best(logits, (id) => id === eos || (id !== pad && id !== bos));
      yield { logits, token };
      if (token === eos) return;
      target.push(token);
    }
  }

  /** A recording of a text. */
  trace({ text, target = null, changes = [], pad = 0 }: Asked): { graph: Graph; run: Run } {
    const { family } = this.held;
    if (family === 'encoder-decoder') {
      const begun = this.begun(text), source = [...begun.source, ...Array<number>(pad).fill(this.held.source.pad)];
      const written = target === null ? [...this.write({ ...begun, source }, changes)].map((step) => step.token).filter((id) => id !== this.held.target.eos) : this.target.encode(target);
      const run = this.run({ source, target: [this.held.target.bos, ...written] }, changes);
      return this.recording(text, changes, run, source, [this.held.target.bos, ...written], [...written, this.held.target.eos], this.target.decode(written));
    }
    const ids = family === 'decoder-only' ? this.begun(target ? `${text} ${target}` : text).target : [...this.opened(this.gaps(text), false), this.held.target.eos];
    const reads = family === 'decoder-only' ? { source: [], target: ids } : { source: [...ids, ...Array<number>(pad).fill(this.held.target.pad)], target: [] };
    const run = this.run(reads, changes), { shape, data } = this.valueOf(run, 'logits'), columns = shape.at(-1)!;
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

function best(logits: Float32Array, may: (id: number) => boolean): number {
  let found = -1;
  for (let id = 0; id < logits.length; id++) if (may(id) && (found < 0 || logits[id]! > logits[found]!)) found = id;
  return found;
}
