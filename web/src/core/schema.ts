// What goes over the wire. Made from src/glassformer/inspection/schema.py by tools/schema.py.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Kind = 'parameter' | 'buffer' | 'input' | 'value' | 'changed';
export type Family = 'encoder-decoder' | 'decoder-only' | 'encoder-only';
export type Ran = 'encoder-decoder' | 'decoder-only' | 'encoder-only' | 'module';
/** An input of an operator: an entry's value, arranged anew by these shape operators in order, each with its constants. */
export interface Source {
  entry: number;
  through: [string, Json[]][];
}
/** One value of a run: what it is called, and by which operator it came from which others. */
export interface Entry {
  path: string;
  kind: Kind;
  axes: string[];
  shape: number[];
  dtype: string;
  operator: string;
  constants: Json[];
  inputs: Source[];
  file: string;
  line: number;
  step: number;
  tapped: boolean;
}
/** A token as a person can read it; `unknown` where a word was not in the vocabulary. */
export interface Token {
  id: number;
  piece: string;
  unknown?: true;
}
/** The value that a path has in the trace of another text, at `where` if given. */
export interface Swap {
  text: string;
  target?: string | null;
  where?: (number | null)[] | null;
}
/** A change of a tapped value: exactly one of scale, value and swap. `where` names a place on each axis but the batch (null: everywhere). */
export interface Change {
  path: string;
  where: (number | null)[];
  scale?: number | null;
  value?: number | null;
  swap?: Swap | null;
}
/** An untrained model of the same sizes whose named parts are others (null: the same). */
export interface Variant {
  norm: string | null;
  activation: string | null;
  positions: string | null;
  family: Family | null;
}
/** A forward pass as in training, dropout drawn from this seed. */
export interface TrainingStep {
  seed: number;
  dropout: number;
  smoothing: number;
}
/** What was recorded. An encoder-decoder reads `source`, and `target` in its decoder, to write `next`; the others read one of the two. */
export interface About {
  trace: string;
  run: string;
  family: Ran;
  untrained: boolean;
  config: Record<string, Json>;
  text: string;
  output: string;
  source: Token[];
  target: Token[];
  next: Token[];
  changes: Change[];
  snapshot: number | null;
  variant: Variant | null;
  training: TrainingStep | null;
  stepwise?: boolean;
  gold?: [number, number][] | null;
  reference?: string | null;
  written?: string;
}
/** All of it: the entries in the order in which they came to be. */
export interface Graph {
  version: number;
  about: About;
  entries: Entry[];
}
