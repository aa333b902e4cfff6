// The words of the page in the reader's language: all else imports them from here. English comes with
// the page, another language as a file of its own, before anything is drawn. Such a file imports
// nothing but types: the page waits for it, so that it must not wait for the page.

import * as english from './en';
import { language } from './language';
import * as handed from './live';
import { put } from './program';

const words: typeof english = language === 'fr' ? await import('./fr') : english;

export const { t, names, layerNames, parameterNames, parameterOf, vocabularyMatrix, operatorNames, axisNames, axisPlurals } = words;
/** A sentence of the program in the reader's language. */
export const said = (sentence: string): string => put(words.program, sentence);
/** What a hand-out with the model in it says. */
export const aloud = language === 'fr' ? handed.french : handed.english;
export { equations, sections } from './paper';
export { story } from './story';
export { language, LANGUAGES, speak, type Language } from './language';

if (typeof document !== 'undefined') document.documentElement.lang = language;
