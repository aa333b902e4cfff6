// The tour that is being taken: which step, what was found for it on this trace, what was answered.
// Tour and step are in the address; what a step changes in the model is undone when it is left.

import { answer, type Act, type Answer, type Finished, type Scene } from '../core/queries';
import type { Fact } from '../core/queries';
import { choicesOf, paragraphs, tellable, told, type Choice, type Part } from '../core/telling';
import type { Chapter, Step, Tour } from '../core/tour';
import type { Lack } from '../core/ideas';
import { readable } from '../core/format';
import { isWord } from '../core/written';
import { language, t } from '../strings';
import { looking } from './looking.svelte';
import { LASTING, session } from './session.svelte';
import { vocabulary } from './vocabulary.svelte';

export interface Stop { chapter: Chapter; step: Step }
const TOLD = -1;

class Touring {
  tours = $state.raw<Tour[] | null>(null);
  problem = $state('');
  /** The token of the sentence that the reader points at in a text. */
  pointed = $state.raw<Fact['token'] | null>(null);
  /** Whether a word of the sentence is to be touched. */
  touches = $state(false);
  private asked: Promise<void> | null = null;
  private choice = $state.raw<{ key: string; index: number } | null>(null);
  private finished = $state.raw<{ key: string; found: Finished } | null>(null);
  /** What an answered step found, which stays so while the sentence is the one before or after its act. */
  private kept = $state.raw<{ step: string; texts: string[]; answer: Answer; choices: Choice[] | null } | null>(null);
  private running = '';
  private settled = { step: '', model: '' };
  private done = $state('');

  tour = $derived<Tour | null>(this.tours?.find((one) => one.id === session.place['tour']) ?? null);
  stops = $derived<Stop[]>(this.tour?.chapters.flatMap((chapter) => chapter.steps.map((step) => ({ chapter, step }))) ?? []);
  /** The step's place in the tour; past the last one are the questions. */
  at = $derived(Math.max(0, this.stops.findIndex(({ step }) => step.id === session.place['stop'])));
  stop = $derived<Stop | null>(this.stops[this.at] ?? null);
  step = $derived<Step | null>(this.stop?.step ?? null);

  /** The trace before any change, with what the page knows of its words. */
  scene = $derived.by<Scene | null>(() => {
    const recording = session.unchanged ?? session.recording, { info } = session;
    if (!recording || !info || !looking.offered || session.own || !session.ready || recording.graph.about.text !== session.text) return null;
    void recording.values;
    const offers = looking.offered.flatMap(({ word, options }) => (word.pieces[0] ? [{ at: word.pieces[0].at, text: word.text, options }] : []));
    const names = vocabulary.names.size ? vocabulary.names : undefined;
    return { info, graph: recording.graph, family: looking.family, live: session.alterable, words: session.words, offers, tensor: (path) => recording.tensor(path), ...(names ? { names } : {}) };
  });
  private key = $derived(`${this.tour?.id} ${this.step?.id} ${session.model} ${session.text}`);

  /** What the step found, with what running the model again has added; a reason or null where this model has no such thing. */
  private fresh = $derived.by<Answer | Lack | null>(() => {
    const { step, scene } = this;
    if (!step || !scene) return null;
    const show = step.show ? answer(step.show, scene) : answer({ query: 'sentence', options: {} }, scene);
    if (show === null || typeof show === 'string') return show;
    const then = step.then ? answer(step.then, scene) : null;
    if (step.then && (then === null || typeof then === 'string')) return then;
    const both = { ...show, ...(Object.keys(step.at).length ? { where: step.at } : {}), facts: { ...show.facts, ...(then as Answer | null)?.facts }, conditions: { ...show.conditions, ...(then as Answer | null)?.conditions } };
    return then && typeof then !== 'string' && then.asked ? { ...both, asked: then.asked } : both;
  });
  answer = $derived.by<Answer | null>(() => {
    if (this.kept && this.kept.step === this.step?.id && this.kept.texts.includes(session.text)) return this.kept.answer;
    const { fresh } = this;
    if (!fresh || typeof fresh === 'string') return null;
    const more = this.finished?.key === this.key ? this.finished.found : null;
    return more ? { ...fresh, facts: { ...fresh.facts, ...more.facts }, conditions: { ...fresh.conditions, ...more.conditions } } : fresh;
  });
  /** Why the model has none of it, where that is known. */
  lack = $derived(typeof this.fresh === 'string' ? this.fresh : null);
  private finishing = $derived(this.answer?.asked !== undefined);
  private complete = $derived(!this.finishing || this.kept !== null || this.finished?.key === this.key);
  /** Whether the step can be told of this trace; until the model was run for it that is assumed. */
  possible = $derived(this.step !== null && tellable(this.step, this.answer, this.complete));
  /** Whether the model is being run for the step. */
  waiting = $derived(this.possible && !this.complete);
  choices = $derived.by<Choice[] | null>(() => this.kept?.choices ?? (this.step?.ask && this.answer && this.possible ? choicesOf(this.step, this.answer, this.words(), t.tour.none) : null));
  chosen = $derived(this.choice?.key === this.step?.id ? this.choice!.index : null);
  /** Whether the step's question still stands. */
  open = $derived(this.possible && this.step!.ask !== '' && this.chosen === null && (this.waiting || this.choices !== null || (this.step!.choices.length === 0 && this.step!.computed === null)));
  /** Whether the answer would be seen in the sentence's ribbons. */
  hides = $derived(this.open && this.answer?.hide === true);
  question = $derived<Part[][]>(this.step && this.answer && this.possible ? paragraphs(this.step.ask, this.answer.facts) ?? [] : []);
  text = $derived<Part[][]>(this.step && this.answer && this.possible && !this.open ? told(this.step.tell, this.answer) : []);
  otherwise = $derived<Part[][]>(this.step && this.scene && !this.possible ? paragraphs(this.step.otherwise || (this.lack ? t.ideas.lacks[this.lack] : t.tour.noPlace), {}) ?? [] : []);
  /** What can be done by hand after the answer: the step's other changes of the model. */
  acts = $derived<Act[]>(this.chosen !== null && this.finished ? this.finished.found.acts : []);
  acted = $derived(this.done);

  /** Have the tours. */
  need(): Promise<void> {
    return (this.asked ??= session.source.ask<Tour[]>(`api/tours?language=${language}`).then(
      (tours) => { this.tours = tours; },
      (error: unknown) => { this.asked = null; this.problem = error instanceof Error ? error.message : String(error); },
    ));
  }

  /** The words that a choice may be made among: those that are read, or written where the step is about these. */
  private words(): Fact[] {
    const about = session.graph!.about, step = this.step!;
    const side = step.computed === 'looked-at' ? this.answer!.facts.at?.token?.side ?? 'source' : step.computed === 'read-words' && looking.family === 'encoder-decoder' ? 'source' : 'target';
    const tokens = side === 'source' ? about.source : looking.written, given = side === 'target' && looking.family === 'decoder-only' ? looking.lines.read : null;
    return tokens.flatMap((token, at): Fact[] => (isWord(token) && !(step.computed === 'written-words' && given?.has(at)) ? [{ text: readable(token.piece), token: { side, at } }] : []));
  }

  enter(tour: Tour, step: Step): void {
    const undone: Record<string, string> = this.done && session.place['changes'] === this.done ? { changes: '' } : {};
    this.settled = { step: '', model: '' };
    const before = this.before;
    [this.pointed, this.kept, this.done] = [null, null, ''];
    if (this.choice?.key === step.id) this.choice = null;
    const text: Record<string, string> = step.sentence && step.sentence !== session.text ? { text: step.sentence, target: '' } : before !== null ? { text: before } : {};
    session.visit({ tour: tour.id, stop: step.id, ...undone, ...text, word: '' });
    this.settle();
  }

  /** Go where the step shows its thing, when that is known; a place in the address that says more stays. */
  settle(): void {
    const { step, scene } = this;
    if (!step || !scene || !session.graph) return;
    if (this.settled.step === step.id && this.settled.model === session.model) return;
    const moved = this.settled.step === step.id;
    this.settled = { step: step.id, model: session.model };
    const bare = Object.keys(session.place).every((name) => LASTING.includes(name));
    if (!bare && !moved) return;
    const where = this.possible && this.answer ? this.answer.where : {};
    if (moved) session.visit(where);
    else if (Object.keys(where).length) session.go(where, false);
  }

  /** Run the model for what the step asks; its answer is there before the reader's. */
  async run(): Promise<void> {
    const { key, answer: found } = this, asked = found?.asked;
    if (!asked || this.finished?.key === key || this.running === key || this.kept) return;
    this.running = key;
    try {
      const result = asked.kind === 'trials' ? asked.finish(await this.tried(asked)) : await this.compared(asked);
      if (key === this.key && result) this.finished = { key, found: result };
    } catch (error) { session.fail(error); }
    this.running = '';
  }

  private async tried({ row, token, sets }: Extract<Answer['asked'], { kind: 'trials' }>): Promise<number[]> {
    const trace = (session.unchanged ?? session.recording!).trace;
    return (await session.source.ask<{ probabilities: number[] }>('api/trials', { trace, row, token, trials: sets })).probabilities;
  }

  private async compared({ texts, finish }: Extract<Answer['asked'], { kind: 'texts' }>): Promise<Finished | null> {
    const graphs = [];
    for (const text of texts) {
      graphs.push((await session.beside({ text, target: null, changes: [] }, null)).graph);
      const found = finish(graphs);
      if (found) return found;
    }
    return null;
  }

  /** Answer the question, or have it told; then the page shows what the answer is about. */
  choose(index = TOLD): void {
    const { step, answer: found } = this;
    if (!step || !found) return;
    this.choice = { key: step.id, index };
    const act = this.finished?.key === this.key ? this.finished.found.acts[0] : undefined;
    this.kept = { step: step.id, texts: [session.text, ...(act && 'text' in act ? [act.text] : [])], answer: found, choices: this.choices };
    const then = step.then && this.scene ? answer(step.then, this.scene) : null;
    const where = then && typeof then !== 'string' ? then.where : {};
    if (Object.keys(where).length) session.go({ ...where, cell: where['cell'] ?? null }, false);
    if (act) this.act(act);
  }

  /** Have the words of the sentence touched, each a stop for the keyboard; or no more. */
  offer(touches: boolean): void {
    this.touches = touches;
  }

  point(token: Fact['token'] | null): void {
    this.pointed = token;
  }

  /** The text before the step changed it; null where it did not. */
  before = $derived(this.kept && this.kept.texts[1] === session.text ? this.kept.texts[0]! : null);
  putBack(): void {
    if (this.before !== null) session.say(this.before);
  }

  act(act: Act): void {
    if ('text' in act) { session.say(act.text); return; }
    session.setChanges(act.changes);
    this.done = session.place['changes'] ?? '';
  }

  undo(): void {
    session.setChanges([]);
    this.done = '';
  }

  go(by: 1 | -1): void {
    const next = this.stops[this.at + by];
    if (this.tour && next) this.enter(this.tour, next.step);
    else if (by > 0) this.leave();
  }

  /** A step back or on; a question that still stands is answered first. */
  walk(by: 1 | -1): void {
    if (by > 0 && this.open && !this.waiting) this.choose();
    else this.go(by);
  }

  leave(): void {
    if (this.done && session.place['changes'] === this.done) this.undo();
    this.pointed = null;
    session.go({ tour: null, stop: null });
  }
}

export const touring = new Touring();
