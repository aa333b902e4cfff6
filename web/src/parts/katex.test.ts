// The formulas' program without the fonts that are not there: it still knows all that is written.

import { expect, test } from 'vitest';
import whole from '../../node_modules/katex/dist/katex.mjs?raw';
import { formulaFonts } from '../../vite.config';

const sources = import.meta.glob<string>('../**/*.{ts,svelte}', { query: '?raw', eager: true, import: 'default' });

test('every command of every formula is known', async () => {
  const left = (formulaFonts.transform as (code: string, id: string) => string)(whole, 'katex.mjs');
  expect(left.length).toBeLessThan(0.9 * whole.length);
  const address = `data:text/javascript,${encodeURIComponent(left)}`;
  const { default: katex } = (await import(/* @vite-ignore */ address)) as typeof import('katex');
  const texts = Object.entries(sources).filter(([name]) => !name.includes('.test.')).map(([, text]) => text);
  // One letter after a \ is part of a pattern, not of a formula.
  const commands = new Set(texts.flatMap((text) => text.match(/\\\\[a-zA-Z]{2,}/g) ?? []).map((one) => one.slice(1)));
  expect(commands.size).toBeGreaterThan(20);
  const unknown = [...commands].filter((command) => {
    try { katex.renderToString(`${command}{a}{b}`); return false; } catch (error) { return /Undefined control sequence/.test(String(error)); }
  });
  expect(unknown).toEqual([]);
  for (const taught of ['\\nabla_\\theta\\, \\ell \\approx \\operatorname{softmax}', '\\lVert x \\rVert \\propto \\binom{n}{2} \\implies W^\\top']) expect(() => katex.renderToString(taught)).not.toThrow();
  expect(katex.renderToString('\\sqrt{\\sum_{i=1}^{d} \\Bigl(\\frac{x_i}{\\sigma}\\Bigr)^2} \\ne \\infty')).toContain('katex-html');
});
