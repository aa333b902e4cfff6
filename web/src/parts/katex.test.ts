// The formulas' program without what no formula needs: it still sets all that is written as the whole one does.

// @ts-expect-error: Node's own types are not installed
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import whole from '../../node_modules/katex/dist/katex.mjs?raw';
import { formulas, TAUGHT } from '../../formulas';
import reader from '../../../src/glassformer/tours/tex.py?raw';

type Katex = typeof import('katex');
const transform = formulas.transform as (code: string, id: string) => string;
const left = transform(whole, 'katex.mjs');
const load = (code: string): Promise<Katex> => import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
let ours: Katex;
let theirs: Katex;
beforeAll(async () => { [ours, theirs] = await Promise.all([load(left), load(whole)]); });

const sources = Object.entries(import.meta.glob<string>('../**/*.{ts,svelte}', { query: '?raw', eager: true, import: 'default' }))
  .filter(([name]) => !name.includes('.test.')).map(([, text]) => text);
const tours = Object.values(import.meta.glob<string>(['../../../src/glassformer/tours/*/*.md', '../../../docs/tours.md'], { query: '?raw', eager: true, import: 'default' }));
const seen = new Set<string>();
const set = (katex: Katex, tex: string, display = true): string => {
  try { return katex.renderToString(tex, { displayMode: display, strict: false }); } catch (error) { return `${error}`; }
};
const alike = (tex: string): void => {
  for (const display of [true, false]) {
    const html = set(ours, tex, display);
    expect(html, tex).toBe(set(theirs, tex, display));
    seen.add(html);
  }
};

test('every formula of the page is set as the whole program sets it', () => {
  const strings = sources.flatMap((text) => [...text.matchAll(/'((?:\\.|[^'\\\n])*)'|`((?:\\.|[^`\\])*)`/g)].map((found) => found[1] ?? found[2]!));
  const written = strings.filter((text) => /\\\\[a-zA-Z]{2,}/.test(text)).map((text) => text.replace(/\$\{[^}]*\}/g, 'x').replace(/\\\\/g, '\\')).filter((tex) => !set(theirs, tex).includes('ParseError'));
  expect(written.length).toBeGreaterThan(30);
  written.forEach(alike);
});

test('every command of every formula is known', () => {
  // One letter after a \ is part of a pattern, not of a formula.
  const commands = new Set(sources.flatMap((text) => text.match(/\\\\[a-zA-Z]{2,}/g) ?? []).map((one) => one.slice(1)));
  expect(commands.size).toBeGreaterThan(20);
  expect([...commands].filter((command) => /Undefined control sequence/.test(set(ours, `${command}{a}{b}`)))).toEqual([]);
});

test('every formula of a tour is set as the whole program sets it', () => {
  const written = tours.flatMap((text) => [...text.matchAll(/^Formula: (.*)$/gm)].map((found) => found[1]!));
  expect(written.length).toBeGreaterThan(10);
  written.forEach(alike);
});

test('what a tour may be written in is set as the whole program sets it', () => {
  const Greek = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega'.split(' ');
  Greek.forEach((letter) => alike(`\\${letter}`));
  ['Gamma', 'Delta', 'Theta', 'Lambda', 'Xi', 'Pi', 'Sigma', 'Upsilon', 'Phi', 'Psi', 'Omega'].forEach((letter) => alike(`\\${letter}`));
  for (const tex of String.raw`\nabla_\theta\, \ell \approx \operatorname{softmax}
    \lVert x \rVert \propto \binom{n}{2} \implies W^\top
    \sqrt{\sum_{i=1}^{d} \Bigl(\frac{x_i}{\sigma}\Bigr)^2} \ne \infty
    \left( \frac{1}{\sqrt[3]{x}} \middle| \dfrac{a}{b} \right)_{i,j}^{\prime\prime} f'(x) \geq \cos x
    \underset{\theta}{\operatorname{arg\,max}} \prod_{t \le n} p(x_t \mid x_{<t}) \quad \operatorname*{argmin}_k \max_j \argmax_i
    \text{si é à œ ç $x$} \mathrm{entrée} \overline{x} + \underline{y} \overset{!}{=} \hat{y} \bar x \tilde x \vec v \dot x \ddot x
    x \in S \notin T \subset U \cup V \cap W \setminus \emptyset \forall \exists \to \mapsto \gets \Rightarrow \Leftrightarrow \iff
    \lim_{n \to \infty} \int_0^1 \partial f \, dx \pm 1 \times 2 \cdot 3 \oplus 4 \odot 5 \otimes 6 \bmod 2 \pmod 3
    \begin{pmatrix} a & b \\ c & d \end{pmatrix} \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases} x_1, \ldots, x_n \dots \cdots \vdots \ddots
    \begin{aligned} a &= b \\ &= c \end{aligned} \textcolor{red}{a} {\displaystyle \lfloor x \rfloor} \lceil x \rceil \neg a \land b \lor c \% \{ a \}`.split(/\n\s*/)) {
    expect(set(theirs, tex), tex).not.toContain('ParseError');
    alike(tex);
  }
  for (const tex of ['\\mathbf{W}', '\\boldsymbol{\\theta}', '\\mathit{ab}', '\\textbf{a}', '\\text{\\textit{b}}']) expect(set(ours, tex), tex).toMatch(/<span class="mord[^>]*>\p{L}/u);
});

test('what the reader of tours knows is set, and nothing of it needs more', () => {
  const listed = (name: string): string[] => reader.match(new RegExp(`^${name} = """([^"]*)"""`, 'm'))![1]!.trim().split(/\s+/);
  const one = reader.match(/^TWO = "([^"]*)"/m)![1]!.split(' '), signs = [...reader.match(/^SIGNS = r"([^"]*)"/m)![1]!];
  const all = { 0: [...listed('NONE'), ...signs], 1: listed('ONE'), 2: one };
  expect(Object.values(all).map((some) => some.length > 5)).toEqual([true, true, true]);
  for (const [count, names] of Object.entries(all)) for (const name of names) {
    expect(set(ours, `\\${name}${'{a}'.repeat(Number(count))}`), name).not.toContain('rror');
    if (count !== '0') expect(set(ours, `\\${name}${'{a}'.repeat(Number(count) - 1)}`), name).toContain('ParseError');
  }
  for (const name of listed('SIZED')) expect(set(ours, `\\${name}(`), name).not.toContain('rror');
  for (const name of listed('ENVIRONMENTS')) expect(set(ours, `\\begin{${name}} a & b \\\\ c & d \\end{${name}}`), name).not.toContain('rror');
  const known = new Set([...Object.values(all).flat(), ...listed('SIZED')]);
  const commands = TAUGHT.match(/(?<=\\)(?!begin|left|middle|right\b|limits)[a-zA-Z]+/g)!;
  expect(commands.filter((name) => !known.has(name))).toEqual([]);
});

test('what is not there is said to be undefined', () => {
  for (const tex of String.raw`\xrightarrow{a} \underbrace{a} \widehat{a} \href{a}{b} \htmlClass{a}{b} \includegraphics{a} \cancel{a} \tiny \smash{a} \pmb{a} \raisebox{1em}{a} \vcenter{a} \hbox{a} \newcommand{a}{b} \rightsquigarrow`.split(' ').filter((one) => one.startsWith('\\'))) {
    expect(set(ours, tex), tex).toContain('Undefined control sequence');
    expect(ours.renderToString(tex, { throwOnError: false, strict: false }), tex).toContain('color:#cc0000');
  }
  expect(set(ours, '\\begin{CD} a \\end{CD}')).toContain('No such environment');
});

test('the sheet has every rule for what the program writes, and none of other sizes', () => {
  const whole: string = readFileSync('node_modules/katex/dist/katex.css', 'utf8');
  const rules = transform(whole, 'katex.css');
  expect(rules.length).toBeLessThan(0.3 * whole.length);
  const classes = (text: string): string[] => [...new Set(text.match(/(?<=\.)[a-z][\w-]*(?=[^{}]*\{)/g))];
  const written = new Set([...seen].flatMap((html) => [...html.matchAll(/class="([^"]*)"/g)].flatMap((found) => found[1]!.split(' '))));
  expect(written.size).toBeGreaterThan(60);
  const left = classes(rules);
  expect(classes(whole).filter((name) => written.has(name) && !left.includes(name))).toEqual([]);
  expect(left.filter((name) => /^(?:reset-)?size/.test(name)).sort()).toEqual(['reset-size1', 'reset-size3', 'reset-size6', 'size1', 'size2', 'size3', 'size4', 'size6']);
});
