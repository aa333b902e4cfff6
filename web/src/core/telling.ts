// A tour's texts: conditions decided, placeholders filled from what was found, a little Markdown cut
// into parts. A text with a placeholder for which nothing was found is not said.

import { count } from './format';
import type { Answer, Conditions, Fact, Facts } from './queries/scene';
import type { ConditionName, FactName, Said, Step } from './tour';

export interface Known { facts: Facts; conditions: Conditions }
export type Part =
  | { kind: 'text' | 'strong' | 'em' | 'code'; text: string }
  /** `before` and `after`: quotes that may not be parted from it. */
  | { kind: 'fact'; fact: Fact; before: string; after: string }
  | { kind: 'card' | 'step'; name: string; text: string };

/** Whether a condition holds; null while it is not known yet. */
export function holds(condition: string, { facts, conditions }: Known): boolean | null {
  let unknown = false;
  for (const part of condition ? condition.split(' and ') : []) {
    const one = single(part, facts, conditions);
    if (one === false) return false;
    unknown ||= one === null;
  }
  return unknown ? null : true;
}

const SIGNS: Record<string, (a: number, b: number) => boolean> = { '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b, '=': (a, b) => a === b };

function single(part: string, facts: Facts, conditions: Conditions): boolean | null {
  const compared = /^(\S+) (<=|>=|<|>|=) (\S+)$/.exec(part);
  if (compared) {
    const [a, b] = [compared[1]!, compared[3]!].map((name) => (/^[\d.]+$/.test(name) ? Number(name) : facts[name as FactName]?.number));
    return a === undefined || b === undefined ? null : SIGNS[compared[2]!]!(a, b);
  }
  const name = part.replace(/^not /, '') as ConditionName, known = conditions[name];
  return known === undefined ? null : part.startsWith('not ') ? !known : known;
}

const INLINE = /((?:[“(]|«\u00a0)*)\{([\w-]+)\}((?:[”).,;:?!]|\u00a0»)*)|\[([^\]]*)\]\((card|step):([\w-]+)\)|\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`/g;

/** A paragraph in parts; null where something in it was not found. */
function parts(text: string, facts: Facts, as: 'text' | 'strong' | 'em' = 'text'): Part[] | null {
  const found: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) found.push({ kind: as, text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    const [, before, name, after, label, kind, target, strong, em, code] = match;
    if (name) {
      const fact = facts[name as FactName];
      if (!fact) return null;
      found.push({ kind: 'fact', fact, before: before!, after: after! });
    } else if (target) found.push({ kind: kind as 'card' | 'step', name: target, text: label!.replaceAll('*', '') });
    else if (strong ?? em) {
      const inner = parts((strong ?? em)!, facts, strong ? 'strong' : 'em');
      if (!inner) return null;
      found.push(...inner);
    } else found.push({ kind: 'code', text: code! });
  }
  if (from < text.length) found.push({ kind: as, text: text.slice(from) });
  return found;
}

/** A text in paragraphs of parts; null where something in it was not found. */
export function paragraphs(text: string, facts: Facts): Part[][] | null {
  const found = text ? text.split('\n\n').map((one) => parts(one, facts)) : [];
  return found.every((one) => one !== null) ? (found as Part[][]) : null;
}

/** Of texts with conditions those that hold, in parts. */
export function told(said: Said[], known: Known): Part[][] {
  return said.filter((one) => holds(one.when, known) === true).flatMap((one) => paragraphs(one.text, known.facts) ?? []);
}

/** Whether a step can be told: its needs are met, what it asks can be filled in, and when all that it
 *  asked for is here (`complete`), something of what it tells holds. */
export function tellable(step: Step, answer: Answer | null, complete: boolean): answer is Answer {
  if (!answer || !step.needs.every((need) => holds(need, answer) === true)) return false;
  return paragraphs(step.ask, answer.facts) !== null && (!complete || step.tell.length === 0 || told(step.tell, answer).length > 0);
}

/** A text with its placeholders filled, as plain text. */
const filled = (text: string, facts: Facts): string => text.replace(/\{([\w-]+)\}/g, (_, name: string) => facts[name as FactName]?.text ?? '…');

export interface Choice { text: string; right: boolean; fact?: Fact }

/** The choices of a step, made from what was found; null where it has none, or they are not known yet. */
export function choicesOf(step: Step, known: Known, words: Fact[], none: string): Choice[] | null {
  if (step.choices.length) {
    const marked = step.choices.map((one) => ({ text: filled(one.text, known.facts), right: holds(one.when, known) }));
    return marked.every((one) => one.right !== null) ? (marked as Choice[]) : null;
  }
  const { facts, conditions } = known;
  if (step.computed === 'looked-at') return facts.at && conditions.clear && words.length > 1 ? among(facts.at, words, 3) : null;
  if (step.computed === 'changed-word') {
    if (!conditions.changes && !conditions.unchanged) return null;
    const right = facts.changed, others = words.filter((one) => one.text !== right?.text);
    const two = right ? among(right, others, 2) : others.slice(0, 2).map((fact) => ({ text: fact.text, right: false, fact }));
    return [...two, { text: none, right: !right }];
  }
  if (step.computed === 'written-words' || step.computed === 'read-words') return facts.word && words.length > 1 ? among(facts.word, words, 3) : null;
  const fact = facts[step.of as FactName];
  return fact?.number === undefined ? null : numbers(fact);
}

/** The right one among others that are told apart from it, in the order of the sentence. */
function among(right: Fact, words: Fact[], count: number): Choice[] {
  const same = (one: Fact): boolean => one.text.toLowerCase() === right.text.toLowerCase();
  const others = words.filter((one, i) => !same(one) && words.findIndex((other) => other.text === one.text) === i);
  const far = [...others].sort((a, b) => b.text.length - a.text.length).slice(0, count - 1);
  return [right, ...far].sort((a, b) => (a.token?.at ?? 0) - (b.token?.at ?? 0)).map((fact) => ({ text: fact.text, right: fact === right, fact }));
}

/** A whole number among others of its size: half and double, of a large one a tenth and ten times as much. */
function numbers(right: Fact): Choice[] {
  const value = right.number!, by = value < 20 ? 2 : 10;
  const others = [Math.ceil(value / by) === value ? value * by + 1 : Math.ceil(value / by), value * by].map((one) => ({ text: count(one), value: one, right: false }));
  return [...others, { text: right.text, value, right: true }].sort((a, b) => a.value - b.value).map(({ text, right }) => ({ text, right }));
}
