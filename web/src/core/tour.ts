// A tour, and what its steps may ask. Made from src/glassformer/tours/ by tools/schema.py.

export type QueryName = 'sentence' | 'word' | 'look' | 'habit' | 'exchange' | 'cut' | 'layer' | 'part' | 'cell' | 'split' | 'twin' | 'hidden' | 'idea';
export type FactName = 'model' | 'sentence' | 'output' | 'read' | 'wrote' | 'layers' | 'heads' | 'width' | 'head_width' | 'vocabulary' | 'parameters' | 'heads_each' | 'word' | 'chance' | 'runner' | 'runner_chance' | 'before_word' | 'head' | 'at' | 'share' | 'second' | 'second_share' | 'third' | 'third_share' | 'old' | 'new' | 'changed' | 'became' | 'before' | 'after' | 'after_all' | 'name' | 'value' | 'pieces' | 'count' | 'first' | 'last';
export type ConditionName = 'trained' | 'untrained' | 'writes' | 'translates' | 'attends' | 'built-in' | 'live' | 'has-run' | 'clear' | 'changes' | 'rewritten' | 'unchanged' | 'proved' | 'weakened' | 'unharmed' | 'all-proved' | 'all-held' | 'tied' | 'causal' | 'right';
export type ChoicesName = 'changed-word' | 'looked-at' | 'written-words' | 'read-words' | 'fact';
export type EndName = 'questions';
export type CardName = 'arrow' | 'dot' | 'softmax' | 'matrix' | 'logarithm';
/** A query with all its options. */
export interface Show {
  query: QueryName;
  options: Record<string, string>;
}
/** A text with placeholders; `when` is the condition under which it is said ("": always). */
export interface Said {
  when: string;
  text: string;
}
/** One step. `show` is found at once, `then` when its question is answered; or it stands `at` a place of the page's own address. `choices` are texts with the condition under which each is right, or `computed` names what the page makes them from (`of` is the fact). `idea` is one of the index of ideas, whose title and text the page has. `formula` is TeX. `otherwise` is said where the model has no such thing. */
export interface Step {
  id: string;
  title: string;
  show: Show | null;
  then: Show | null;
  at: Record<string, string>;
  idea: string;
  sentence: string;
  needs: string[];
  covers: string[];
  introduces: string[];
  ask: string;
  choices: Said[];
  computed: ChoicesName | null;
  of: string;
  tell: Said[];
  formula: string;
  otherwise: string;
  file: string;
  line: number;
}
/** Steps that belong together; `needs` are the chapters before it whose words it uses. */
export interface Chapter {
  id: string;
  title: string;
  needs: string[];
  text: string;
  steps: Step[];
}
/** A whole tour. `language` is a code ("en"), `level` a word for whom it is; `ends` names what is offered after its last step (null: nothing). */
export interface Tour {
  id: string;
  title: string;
  language: string;
  level: string;
  about: string;
  ends: EndName | null;
  chapters: Chapter[];
}
export type Found = FactName | ConditionName;
/** What each query may find, beside what is known of every model. */
export const FINDS: Record<QueryName, Found[]> = {
  sentence: [],
  word: ['before_word', 'chance', 'runner', 'runner_chance', 'word'],
  look: ['at', 'before_word', 'chance', 'clear', 'head', 'runner', 'runner_chance', 'second', 'second_share', 'share', 'third', 'third_share', 'word'],
  habit: ['clear', 'head', 'share'],
  exchange: ['became', 'changed', 'changes', 'new', 'old', 'rewritten', 'unchanged'],
  cut: ['after', 'after_all', 'all-held', 'all-proved', 'at', 'before', 'before_word', 'chance', 'head', 'proved', 'runner', 'runner_chance', 'second', 'second_share', 'share', 'third', 'third_share', 'unharmed', 'weakened', 'word'],
  layer: ['count', 'name'],
  part: ['name'],
  cell: ['at', 'before_word', 'chance', 'head', 'runner', 'runner_chance', 'second', 'second_share', 'share', 'third', 'third_share', 'value', 'word'],
  split: ['count', 'pieces', 'word'],
  twin: ['first', 'last', 'word'],
  hidden: ['at', 'head', 'word'],
  idea: [],
};
