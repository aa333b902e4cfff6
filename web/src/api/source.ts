// Where models, traces and values come from: the program on this machine (server.ts), a recording in a
// file (recorded.ts), or the hand-out that the page stands in (handout.ts). The page asks through this
// interface alone.

import type { Tensor } from '../core/safetensors';
import type { Change, Graph, Json, Ran } from '../core/schema';

export type { Change, Family, Ran, Swap } from '../core/schema';
/** The address of what each word of a text can be exchanged for; the text follows. */
export const SWAPS = 'api/swaps?text=';
export interface ModelInfo {
  name: string; title: string; family: Ran; parameters: number; families: Record<string, number>;
  config: Record<string, Json>; built_in: boolean; opening: string; finished: boolean; untrained: boolean; has_run: boolean;
  snapshots: number[]; recorded: { texts: string[]; steps: number[] } | null;
}
/** An untrained model of the same sizes with one part swapped, for comparison. */
export interface Variant { norm?: string; activation?: string; positions?: string; family?: string; untrained?: true }
export interface TraceRequest {
  model: string; text: string; target?: string | null; changes?: Change[]; values?: string[]; snapshot?: number | null;
  variant?: Variant | null; training?: { seed: number; dropout?: number } | null; pad?: number;
}
/** `antecedents` are the nouns that a pronoun may stand for, `deciding` the words that say which. */
export interface Words {
  known: string[]; kinds: Record<string, string[]>; glosses: Record<string, string>;
  antecedents: string[]; pronouns: string[]; deciding: string[];
}
export interface Code { file: string; line: number; first: number; lines: string[] }
export interface Answer { graph: Graph; values: Map<string, Tensor> }

/** What was done to the parameters of a hand-out: rounded to this many levels, by which no probability of
 *  its sentences moved more than `moved`. */
export interface Rounding { levels: number; moved: number }

export interface Source {
  /** Whether a new text can be traced; a recorded file cannot, unless the model is in it. */
  readonly live: boolean;
  /** The texts that can be shown, where they are few. */
  readonly texts?: string[];
  /** Notes that came with the file, as one saves them. */
  readonly notes?: string;
  readonly rounding?: Rounding | null;
  /** What a file that runs the model says of itself: what can be done here, and of a view that it cannot. */
  readonly told?: { here: string; needs: (title: string) => string };
  /** Whether an address that `ask` is given has an answer at all. */
  has(address: string): boolean;
  models(): Promise<ModelInfo[]>;
  trace(request: TraceRequest, signal?: AbortSignal): Promise<Answer>;
  values(trace: string, paths: string[]): Promise<Map<string, Tensor>>;
  code(trace: string, entry: number): Promise<Code | null>;
  /** All of a trace as one file, to be kept. */
  whole(trace: string): Promise<ArrayBuffer>;
  /** Any other answer of the program, by its address; a recorded file has none. */
  ask<T>(address: string, body?: unknown, signal?: AbortSignal): Promise<T>;
}

/** What is wrong, in a sentence for the reader; `gone` when the program does not answer at all. */
export class SourceError extends Error {
  constructor(message: string, readonly gone = false, readonly status = 0) { super(message); }
}
