// The word that the reader follows, and the head that the trace singles out for it. All is derived
// from the session but the pushes, which the program computes from the trace on request.

import { SWAPS, type Family, type Ran } from '../api/source';
import type { Graph, Token } from '../core/graph';
import { drawn, fresh, isSpecial, replaced, spans, wordsOf, type Word } from '../core/line';
import { singledOut, strandsOf, type Choice, type Strand } from '../core/ribbons';
import { chanceOf, givenIn, isWord, plain, rowFor, writtenOf } from '../core/written';
import { Asked } from './asked.svelte';
import type { Recording } from './recording.svelte';
import { session } from './session.svelte';

interface Pushes { margin: number; shares: { path: string; head: number; query: number; key: number; push: number }[] }
interface Option { word: string; text: string }
interface Swaps { words: { text: string; options: Option[] }[] }
/** The longest text whose words are offered in exchange. */
const LONGEST = 1000;
/** What is drawn: the lines, with the number of tokens that are left out. */
interface Lines { upper: Word[]; lower: Word[]; rest: number; read: Set<number> }

/** How a model reads; a module of anybody's, which reads no text, as one that only reads. */
const familyOf = (ran: Ran = 'encoder-decoder'): Family => (ran === 'module' ? 'encoder-only' : ran);

class Looking {
  /** The choice that is drawn, of the recording and the place that it belongs to. */
  drawn = $state.raw<{ trace: string; at: number; choice: Choice | null; pushed: boolean } | null>(null);
  /** Which written words are new against the sentence before. */
  fresh = $state.raw<Set<number>>(new Set());
  /** The sentence as a drawing; the part that draws it says how. */
  picture: () => string = () => '';
  /** The words that may stand in the place of each that is read. */
  offers = $state.raw<Option[][]>([]);
  private before: string[] = [];
  private swaps = new Asked<Swaps>();
  private of = $state('');

  family = $derived<Family>(familyOf(session.graph?.about.family ?? session.info?.family));
  /** A single line for models that only read, or that write on. */
  single = $derived(this.family !== 'encoder-decoder');
  lines = $derived<Lines>(session.graph ? linesOf(session.graph, this.family) : { upper: [], lower: [], rest: 0, read: new Set() });
  private upper = $derived(this.single ? this.lines.lower : this.lines.upper);
  written = $derived<Token[]>(session.graph ? writtenOf(session.graph, this.family) : []);
  /** The place of the word that is followed, among the written tokens. */
  at = $derived.by(() => {
    const chosen = Number(session.place['word'] ?? -1);
    return chosen >= 0 && chosen < this.written.length ? chosen : this.told();
  });
  /** The row of the attention that led to it: in a model that writes, the position before. */
  row = $derived(rowFor(this.family, this.at));
  candidates = $derived.by(() => candidatesOf(this.at, this.family));

  /** The word that the story is about: the pronoun if there is one, else the one least sure. */
  private told(): number {
    const pronouns = session.words.pronouns;
    const found = this.written.findIndex((token) => pronouns.includes(plain(token).toLowerCase()));
    return found >= 0 ? found : leastSure(this.written, this.family, this.lines.read);
  }

  /** The probability of a written token; NaN where the model gave none. */
  probability(at: number): number {
    return chanceOf(session.values.get('probabilities'), this.family, this.written, at);
  }

  /** The mean probability of what the model wrote itself (the geometric one); 1 where it wrote nothing. */
  mean = $derived.by(() => {
    const own = this.written.flatMap((_, at) => (this.family === 'encoder-decoder' || !this.lines.read.has(at) ? [this.probability(at)] : []));
    const given = own.filter((one) => one > 0);
    return this.family === 'encoder-only' || !given.length ? 1 : Math.exp(given.reduce((sum, one) => sum + Math.log(one), 0) / given.length);
  });

  /** Ask for what pushed the followed word, and draw that; of a file, by the shares alone. */
  async look(recording: Recording, at: number, row: number, candidates: number[]): Promise<void> {
    const trace = recording.graph.about.trace, family = this.family;
    if (row < 0) { this.drawn = { trace, at, choice: null, pushed: false }; return; }
    const found = await this.pushes(trace, row);
    const strands: Strand[] = found?.shares.map(({ push, ...share }) => ({ ...share, strength: push })) ?? strandsOf(recording.graph, recording.values, family, row);
    if (recording !== session.recording || at !== this.at) return;
    const wordAt = new Map(this.upper.flatMap((word, i) => word.pieces.map((piece) => [piece.at, i] as const)));
    const oneWord = (a: number, b: number): boolean => a === b || (wordAt.has(a) && wordAt.get(a) === wordAt.get(b));
    await recording.need(strands.map((strand) => strand.path));
    this.drawn = { trace, at, choice: singledOut(strands, family, row, candidates, recording.values, found?.margin, oneWord), pushed: found !== null };
  }

  /** Each word with those that may stand in its place; null until that is known of the text that is shown. */
  offered = $derived(this.of === session.graph?.about.text ? this.upper.map((word, i) => ({ word, options: this.offers[i] ?? [] })) : null);

  /** Ask which words of this text may be exchanged, and for which; until that is known the old offers stay. */
  async offer(text: string): Promise<void> {
    const offered = session.source.has(SWAPS) && (session.info?.built_in || session.source.texts) && text.length <= LONGEST;
    if (offered) await this.swaps.ask(SWAPS + encodeURIComponent(text));
    if (text !== session.graph?.about.text) return;
    const found = (offered && this.swaps.value?.words) || [];
    this.offers = this.upper.map((word) => optionsAt(text, found, this.placeOf(word)?.[0]));
    this.of = text;
  }

  /** Put another word in a word's place: what the grammar makes of that, or just the word. */
  exchange(word: Word, by: string): void {
    const option = this.offers[this.upper.indexOf(word)]?.find((one) => one.word === by), place = this.placeOf(word);
    if (option && this.of === session.graph?.about.text) session.say(option.text);
    else if (place) session.say(replaced(session.graph!.about.text, place, by));
  }

  /** Where the letters of a word stand in the text. */
  private placeOf(word: Word): [number, number] | null {
    const places = spans(session.graph?.about.text ?? '', this.upper);
    const own = word.pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece.text)).flatMap((piece) => places.get(piece.at) ?? []);
    return own.length ? [Math.min(...own), Math.max(...own)] : null;
  }

  /** What pushed the written word, by the program; null where it cannot tell. */
  private async pushes(trace: string, row: number): Promise<Pushes | null> {
    const address = `api/push/${trace}/${row}`;
    return !session.own && session.source.has(address) ? session.source.ask<Pushes>(address).catch(() => null) : null;
  }

  /** Mark what is new in this recording's words. */
  compare(): void {
    const words = this.written.map(plain);
    const isNew = this.before.length ? fresh(this.before, words) : words.map(() => false);
    if (words.join(' ') === this.before.join(' ')) return;
    this.fresh = new Set(words.flatMap((_, i) => (isNew[i] && !isSpecial(this.written[i]!.piece) ? [i] : [])));
    this.before = words;
  }
}

/** Of the words of a text, found one after another, the options of that which begins here. */
function optionsAt(text: string, words: Swaps['words'], at: number | undefined): Option[] {
  let from = 0;
  for (const word of words) {
    const start = text.indexOf(word.text, from);
    if (start === at) return word.options;
    if (start >= 0) from = start + word.text.length;
  }
  return [];
}

function linesOf(graph: Graph, family: Family): Lines {
  const own = drawn(wordsOf(writtenOf(graph, family)));
  if (family !== 'encoder-decoder') {
    return { upper: [], lower: own.words, rest: own.rest, read: givenIn(graph, family, writtenOf(graph, family)) };
  }
  const source = drawn(wordsOf(graph.about.source));
  return { upper: source.words, lower: own.words, rest: source.rest, read: new Set() };
}

function leastSure(written: Token[], family: Family, read: Set<number>): number {
  let found = -1, least = Infinity;
  written.forEach((token, at) => {
    const own = family !== 'decoder-only' || !read.has(at);
    const probability = own && isWord(token) ? looking.probability(at) : NaN;
    if (probability < least) { found = at; least = probability; }
  });
  return found >= 0 ? found : written.findIndex((token) => isWord(token));
}

/** The places that may stand for a word: for a pronoun the nouns, for others each word. */
function candidatesOf(at: number, family: Family): number[] {
  const about = session.graph?.about;
  if (!about) return [];
  const keys = family === 'decoder-only' ? about.target.slice(0, at) : about.source;
  const words = keys.flatMap((token, i) => (i !== (family === 'encoder-only' ? at : -1) && isWord(token) ? [i] : []));
  const written = looking.written[at];
  const pronoun = written && session.words.pronouns.includes(plain(written).toLowerCase());
  const nouns = words.filter((i) => session.words.antecedents.includes(plain(keys[i]!).toLowerCase()));
  return pronoun && nouns.length ? nouns : words;
}

export const looking: Looking = new Looking();
