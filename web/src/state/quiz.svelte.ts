// The questions about the trace, which of them stands, and what the reader answered: the reader's alone,
// kept in the browser until it is forgotten.

import { isAt, type Fact } from '../core/queries';
import { COUNT, questionsOf, type Question } from '../core/quiz';
import { keep, kept } from './kept';
import { session } from './session.svelte';
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
  private touch = $state.raw<{ at: number; right: boolean } | null>(null);
  answered = $derived(this.touch?.at === this.at ? this.touch : null);
  right = $derived(this.given.filter(Boolean).length);
  fewer = $derived(this.questions.length < COUNT);

  begin(): void { session.visit({ quiz: 1 }); }

  /** Touch a word; whether a question stood. */
  answer(token: NonNullable<Fact['token']>): boolean {
    if (!this.question || this.answered?.right) return false;
    const right = isAt(this.question.right, token), all = [...this.given];
    all[this.at] ??= right;
    this.touch = { at: this.at, right };
    this.answers = { key: this.key, right: Array.from(all, (one) => one ?? false) };
    keep(NAME, JSON.stringify(this.answers));
    return true;
  }

  next(): void {
    this.touch = null;
    session.visit({ quiz: this.at + 2 });
    this.settle();
  }
  /** Open the head that the question is about. */
  settle(): void {
    if (this.question && Object.keys(this.question.where).length) session.go(this.question.where, false);
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
