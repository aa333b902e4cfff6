// Text to ids and back, by the rules of src/glassformer/text: own.py (how a text is cut, and what is
// spelled in bytes) and derivation.py (how a word becomes pieces).

import type { Token } from '../core/graph';

/** A tokenizer as a file holds it: its entries' names by number. `whole`: a word that is an entry is
 *  looked up before anything is joined. */
export interface Held {
  kind: string; lowercase: boolean; names: string[]; whole: boolean; merges: [string, string][];
  pad: number; unk: number; bos: number; eos: number; opens: boolean | null;
}
/** A word as it was cut, its ids, whether the vocabulary has not got it, and the steps to its pieces. */
interface Word { text: string; ids: number[]; unknown: boolean; steps: string[][] }

const SPACE = '▁', SPECIALS = 4;
const LETTER = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]', OTHER = '[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
/** A run of spaces but its last | a word up to an apostrophe that more word follows | a word | other signs | a space. */
const cuts = (space: string, many: string): RegExp =>
  new RegExp(`${space}+(?=${space})|${space}?${LETTER}+['’](?=${LETTER})|${space}?${LETTER}+|${space}?${OTHER}${space}]${many}|${space}`, 'gu');

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const nameOf = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/** The visible character that byte-level BPE writes for each byte. */
function letters(): string[] {
  const plain = (byte: number): boolean => (byte >= 0x21 && byte < 0x7f) || (byte >= 0xa1 && byte < 0xad) || byte >= 0xae;
  let others = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(plain(byte) ? byte : others++));
}

export class Tokenizer {
  private readonly ids: Map<string, number>;
  private readonly ranks: Map<string, number>;
  private readonly limit: number;
  private readonly letters = letters();
  private readonly inBytes: boolean;
  private readonly bytes: number[][];

  constructor(readonly held: Held) {
    this.inBytes = held.kind === 'byte-bpe';
    this.ids = new Map(held.names.map((name, id): [string, number] => [name, id]).slice(SPECIALS));
    this.ranks = new Map(held.merges.map(([a, b], rank) => [`${a} ${b}`, rank]));
    this.limit = Math.max(...held.names.map((name) => [...name].length));
    const byteOf = new Map(this.letters.map((letter, byte) => [letter, byte]));
    this.bytes = held.names.map((name, id) => {
      if (id < SPECIALS) return [];
      if (this.inBytes) return [...name].map((letter) => byteOf.get(letter)!);
      return /^<0x[0-9A-F]{2}>$/.test(name) ? [parseInt(name.slice(3, 5), 16)] : bytesOf(name.replaceAll(SPACE, ' '));
    });
  }

  encode(text: string): number[] {
    return this.words(text).flatMap((word) => word.ids);
  }

  /** The text of these ids; what is no UTF-8 becomes U+FFFD. */
  decode(ids: number[]): string {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(ids.flatMap((id) => this.bytes[id]!)));
    return this.held.kind === 'char' ? text : text.replace(/^ /, '');
  }

  piece(id: number): string {
    if (!this.inBytes || id < SPECIALS) return this.held.names[id]!;
    try { return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(this.bytes[id]!)).replaceAll(' ', SPACE); } catch { return this.bytes[id]!.map(nameOf).join(''); }
  }

  /** Each id as a person can read it; `unknown` where it is of a word that the vocabulary has not. */
  tokens(ids: number[]): Token[] {
    const { pad, bos, eos, unk } = this.held, silent = new Set([pad, bos, eos]);
    const words = this.words(this.decode(ids)), each = words.flatMap((word) => word.ids.map((id) => ({ id, unknown: word.unknown })));
    const read = ids.filter((id) => !silent.has(id));
    const known = each.length === read.length && each.every((one, i) => one.id === read[i]);
    let at = 0;
    return ids.map((id) => {
      const unknown = id === unk || (!silent.has(id) && known && each[at++]!.unknown);
      return { id, piece: this.piece(id), ...(unknown ? { unknown: true as const } : {}) };
    });
  }

  /** The words of a text, each with its pieces. */
  words(text: string): Word[] {
    const { kind, lowercase } = this.held;
    let given = lowercase ? text.toLowerCase() : text;
    if (!given) return [];
    if (kind !== 'char') given = ` ${given}`;
    if (this.inBytes) return (given.match(cuts(' ', '+')) ?? []).map((word) => this.word(bytesOf(word).map((byte) => this.letters[byte]!).join('')));
    return given.split(SPACE).flatMap((part, i) => {
      const laid = part.replaceAll(' ', SPACE);
      // The kind of single characters has no cut; its words are cut for the reader alone, which changes no id.
      const found = (laid.match(cuts(SPACE, kind === 'word' ? '' : '+')) ?? []).map((word) => this.word(word));
      return i ? [this.made(SPACE, [[SPACE], bytesOf(SPACE).map(nameOf)]), ...found] : found;
    });
  }

  private word(word: string): Word {
    return this.made(word, this.held.kind === 'wordpiece' ? this.longest(word) : this.pairs(word));
  }

  private made(word: string, steps: string[][]): Word {
    const names = steps.at(-1)!, ids = names.map((name) => this.ids.get(name)!);
    const unknown = this.held.kind === 'word' ? steps.length > 1 : names.some((name) => /^<0x[0-9A-F]{2}>$/.test(name));
    return { text: this.decode(ids) || ' ', ids, unknown, steps: steps.map((step) => step.map((name) => (this.ids.has(name) ? this.piece(this.ids.get(name)!) : name))) };
  }

  private spelled(word: string): string[] {
    return [...word].flatMap((sign) => (this.ids.has(sign) ? [sign] : bytesOf(sign).map(nameOf)));
  }

  /** Byte-pair encoding: the pair that was learned first is joined, again and again. */
  private pairs(word: string): string[][] {
    if (this.held.whole && this.ids.has(word)) return [[word]];
    let names = this.spelled(word);
    const steps = this.held.whole ? [[word], names] : [names];
    for (;;) {
      let best = Infinity, at = -1;
      for (let i = 0; i + 1 < names.length; i++) {
        const rank = this.ranks.get(`${names[i]} ${names[i + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, i];
      }
      if (at < 0) return steps;
      steps.push((names = [...names.slice(0, at), names[at]! + names[at + 1]!, ...names.slice(at + 2)]));
    }
  }

  /** Word-pieces: the longest known beginning of what is left. */
  private longest(word: string): string[][] {
    const signs = [...word], done: string[] = [], steps: string[][] = this.ids.has(word) ? [] : [[word]];
    for (let at = 0; at < signs.length; ) {
      let end = Math.min(signs.length, at + this.limit);
      while (end > at && !this.ids.has(signs.slice(at, end).join(''))) end--;
      done.push(...(end > at ? [signs.slice(at, end).join('')] : bytesOf(signs[at]!).map(nameOf)));
      at = Math.max(end, at + 1);
      steps.push(at < signs.length ? [...done, signs.slice(at).join('')] : [...done]);
    }
    return steps;
  }
}
