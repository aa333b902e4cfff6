// The questions about the trace, which of them stands, and what the reader answered: the reader's alone,
// kept in the browser until it is forgotten.

import { COUNT, judged, questionsOf, type Question, type Touched } from '../core/quiz';
import { keep, kept } from './kept';
import { LASTING, session } from './session.svelte';
import { touring } from './touring.svelte';

const NAME = 'glassformer-quiz';

class Quiz {
  questions = $derived<Question[]>(touring.scene ? questionsOf(touring.scene) : []);
  at = $derived(Number(session.place['quiz'] ?? 0) - 1);
  question = $derived<Question | null>(this.questions[this.at] ?? null);
  private key = $derived(`${session.model}\n${session.text}`);
  private answers = $state.raw<{ key: string; right: boolean[] }>(read());
  /** The answers given so far: the first of each question counts. */
  private given = $derived(this.answers.key === this.key ? this.answers.right : []);
  private touch = $state.raw<{ at: number; right: boolean; told: boolean } | null>(null);
  answered = $derived(this.touch?.at === this.at ? this.touch : null);
  /** Whether the right thing is shown: it was touched, or asked for. */
  done = $derived(this.answered !== null && (this.answered.right || this.answered.told));
  right = $derived(this.given.filter(Boolean).length);
  fewer = $derived(this.questions.length < COUNT);

  begin(): void { session.visit({ quiz: 1 }); }

  /** Touch something; whether that was an answer. */
  answer(touched: Touched): boolean {
    const right = this.question && !this.done ? judged(this.question, touched) : null;
    if (right !== null) this.note(right);
    return right !== null;
  }

  /** Be told: show the place, and there the right thing. */
  tell(): void {
    this.settle();
    this.note(false, true);
  }

  private note(right: boolean, told = false): void {
    const all = [...this.given];
    all[this.at] ??= right;
    this.touch = { at: this.at, right, told };
    this.answers = { key: this.key, right: Array.from(all, (one) => one ?? false) };
    keep(NAME, JSON.stringify(this.answers));
    const { cell, wide } = this.question?.right ?? {};
    if (this.done && cell && wide) session.go({ ...this.question!.where, column: cell.flat % wide }, false);
  }

  next(): void {
    this.touch = null;
    session.visit({ quiz: this.at + 2 });
  }
  /** Open the place of the question; a place in the address that says more stays, unless it is asked for. */
  settle(): void {
    if (this.question && Object.keys(this.question.where).length) session.go(this.question.where, false);
  }
  arrive(): void {
    if (Object.keys(session.place).every((name) => LASTING.includes(name))) this.settle();
  }
  forget(): void {
    this.answers = { key: '', right: [] };
    keep(NAME, '');
  }
  leave(): void { this.touch = null; session.go({ quiz: null }); }
}

function read(): { key: string; right: boolean[] } {
  try {
    const found = JSON.parse(kept(NAME) ?? '') as { key: string; right: boolean[] };
    if (typeof found.key === 'string' && Array.isArray(found.right)) return found;
  } catch { /* nothing was kept */ }
  return { key: '', right: [] };
}

export const quiz = new Quiz();
