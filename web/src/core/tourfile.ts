// Pins as a tour: the text that tours are written in, a step a pin, each at its address. It is read by
// the program alone, which names the line of every mistake; nothing in a pin's words can be one.

import { toAddress } from './address';
import type { Note } from './notes';

/** A line that would begin something of its own: a heading, a block ("Ask:", "Ask How"), a field. */
const MARKED = /^(?:#|---|(?:Ask|Otherwise|Tell)\s(?![a-z])|(?:Choices|Formula|Tell if)\s|[*_]*[A-Za-z]+[*_]*(?: if [^:]*)?\s?:)/;

/** What a tour says between its marks: no blanks to be filled in, no lines that begin something. */
function said(text: string): string {
  const plain = text.replaceAll('{', '(').replaceAll('}', ')').replace(/\]\((\w+):/g, '] ($1 ');
  return plain.split(/\r?\n/).map((line) => (MARKED.test(line.trim()) ? `· ${line.trim()}` : line.trim())).join('\n').replace(/\n{3,}/g, '\n\n').trim();
}

const oneLine = (text: string): string => said(text).replace(/\s+/g, ' ').replace(/^[#·\s]+/, '');

export function tourOf(title: string, language: string, notes: { note: Note; title: string }[]): string {
  const steps = notes.map(({ note, title }, i) => {
    const name = oneLine(title) || String(i + 1);
    return `## ${name} {#pin-${i + 1}}\nat: ${toAddress(note.place).slice(1)}\n\nTell: ${said(note.text) || name}\n`;
  });
  return [`---\ntitle: ${oneLine(title)}\nlanguage: ${language}\n---\n`, ...steps].join('\n');
}
