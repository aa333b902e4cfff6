// KaTeX as far as it is used: of its program, its sheet and its fonts what the page's formulas are
// written in, and what a tour's may be written in besides.

// @ts-expect-error: Node's own types are not installed
import { readdirSync, readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

// Of the fonts only these, each in one format; of the others neither their letters' widths nor their signs.
// No formula has an arrow, a brace or a hat that stretches.
const FONTS = /KaTeX_(Main-Regular|Math-Italic|Size[1-4]-Regular)\.woff2/;
const ABSENT = [
  /^ {2}"(?:AMS|Caligraphic|Fraktur|Main-(?:Bold|Italic)|Math-Bold|SansSerif|Script|Typewriter)[\w-]*": \{[^{}]*\},?$/gm,
  /^ {2}(?!vec)\w+: (?:\w+\()?"M[^"]*"\)?,?$/gm, /^ {2}'\\\\x.*$/gm, /, "\\\\widecheck"[^\]]*/, /(?<=^var (?:katexImagesData|stretchyCodePoint) = \{)[\s\S]*?(?=^\};)/gm,
  /^defineSymbol\(\w+, ams,.*$/gm, /^for \(var _i[34] = [\s\S]*?^\}/gm, /^ {2}"[^\0-\u017f]": ".*$/gm,
];
// A letter that is bold or slanted is as wide as one that is not.
const WIDTHS = `
Object.assign(fontMetricsData, { "Main-Bold": fontMetricsData["Main-Regular"], "Main-Italic": fontMetricsData["Main-Regular"], "Main-BoldItalic": fontMetricsData["Main-Regular"], "Math-BoldItalic": fontMetricsData["Math-Italic"] });
`;
// Neither what is said to those who read the program nor what it offers to other programs.
const SAID = [/^ *\/\/.*\n/gm, /^ *\/\*[\s\S]*?\*\/\n/gm, /(?<=[;,{}]) \/\/ .*$/gm, /^ {4}(?:description|cli\w*): .*\n(?: {6}.*\n {6}.*\n {4}\},?\n)?/gm];

export const TAUGHT = String.raw`\alpha\beta\gamma\delta\epsilon\varepsilon\zeta\eta\theta\vartheta\iota\kappa\lambda\mu\nu\xi\pi\rho\sigma\tau\upsilon\phi\varphi\chi\psi\omega
\Gamma\Delta\Theta\Lambda\Xi\Pi\Sigma\Upsilon\Phi\Psi\Omega\nabla\partial\ell\forall\exists\emptyset\infty\propto\equiv\approx\sim\le\leq\ge\geq\ne\neq\ll\gg\in\notin\pm\mp\times\cdot\neg\land\lor\cup\cap\subset\setminus
\to\gets\mapsto\implies\iff\Rightarrow\Leftrightarrow\top\perp\parallel\mid\circ\oplus\otimes\odot\star\langle\rangle\lVert\rVert\lvert\rvert\lfloor\rfloor\lceil\rceil
\frac\binom\sqrt\sum\prod\int\lim\log\max\arg\argmax\argmin\limits\operatorname\bmod\pmod\left\middle\right\bigl\hat\bar\tilde\vec\dot\prime\overline\underline\overset\underset\phantom\color\textcolor
\text\mathrm\mathbf\boldsymbol\displaystyle\dots\ldots\cdots\vdots\ddots\quad\qquad\begin{matrix}\begin{cases}\begin{aligned}`;

/** What a text mentions: commands, environments, signs; and of a program also its names and the types of its nodes. */
const mentioned = (text: string): string[] =>
  [...text.matchAll(/\\+(?:begin\{\w+|[a-zA-Z@]+)|type: "[\w-]+"|[\w$]+|[^\0-\x7f]/g)].map(([word]) => word.replace(/^\\+/, '\\'));

interface Part { text: string; wanted: string[]; does: string }
const ALWAYS = '';

/** A statement of the program; if it defines something, what of that must be mentioned for it to stay. */
function part(text: string): Part {
  const kind = text.match(/^define(Symbol|Macro|Function|Environment)\(/)?.[1];
  if (!kind) return { text, wanted: [text.match(/^(?:var|function|class) ([\w$]+)/)?.[1] ?? ALWAYS], does: text };
  const list = text.match(/names: (?:\[[\s\S]*?\]|\w+),/)?.[0];
  const strings = (list ?? text).match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g)?.map((one) => one.slice(1, -1)) ?? [];
  const names = kind === 'Symbol' ? strings.slice(/true\);/.test(text) ? -2 : -1) : kind === 'Macro' ? strings.slice(0, 1) : strings;
  const wanted = names.map((name) => (kind === 'Environment' ? `\\begin{${name}`
    : /^\\u\w{4}$/.test(name) ? String.fromCharCode(parseInt(name.slice(2), 16))
    : /^\\+[a-zA-Z@]+$/.test(name) ? name.replace(/^\\+/, '\\') : /[^\0-\x7f]/.test(name) ? name : ALWAYS));
  if (kind === 'Function' && text.includes('htmlBuilder')) wanted.push(text.match(/type: "[\w-]+"/)![0]);
  return { text, wanted, does: kind === 'Symbol' ? '' : list ? text.replace(list, '') : text.replace(strings[0]!, '') };
}

/** The program with what these texts mention, and what that mentions in turn. */
export function needed(program: string, texts: string): string {
  const bare = [...SAID, ...ABSENT].reduce((left, pattern) => left.replace(pattern, ''), program);
  const parts = (bare.replace(/^export .*$/m, 'export { renderToString };') + WIDTHS).split(/^(?=[a-zA-Z])/m).map(part);
  const heard = new Set([ALWAYS, ...mentioned(texts).filter((word) => /^[^\w$]/.test(word))]);
  const kept = new Set<Part>();
  for (let before = -1; before < kept.size;) {
    before = kept.size;
    for (const one of parts) {
      if (kept.has(one) || !one.wanted.some((word) => heard.has(word))) continue;
      kept.add(one);
      for (const word of mentioned(one.does)) heard.add(word);
    }
  }
  return parts.filter((one) => kept.has(one)).map((one) => one.text).join('');
}

/** The sources of the page: what its formulas are written in. */
function sources(folder: string): string {
  const files = readdirSync(folder, { recursive: true }) as string[];
  return files.filter((file) => /(?<!\.test)\.(ts|svelte)$/.test(file)).map((file) => readFileSync(`${folder}/${file}`, 'utf8') as string).join();
}

const used = (program: string): string => needed(program, TAUGHT + sources('src'));
// A class that the program does not write needs no rule; some it makes of parts. Text, index and index of an index are sizes 6, 3 and 1.
const OTHER_SIZES = /\.reset-size.*\.size(?![136]$)|\.reset-size(?![136]\.)/;

/** The sheet for what is left of the program. */
function sheet(code: string, program: string): string {
  const words = new Set(program.match(/[\w-]+/g));
  const faces = code.replace(/@font-face\s*\{[^}]*\}/g, (face) =>
    FONTS.test(face) ? face.replace(/src:[^;}]*/, (source) => `src: ${source.match(/url\([^)]*woff2[^)]*\) format\(['"]woff2['"]\)/)![0]}`) : '');
  return faces.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^([.\w][^{}]*)\{[^{}]*\}/gm, (rule, selectors: string) => {
    const left = selectors.split(',').map((one) => one.trim()).filter((one) =>
      !OTHER_SIZES.test(one) && (one.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? ['']).every((name) => /size\d+$|^col-align-/.test(name) || words.has(name)));
    return left.length ? rule.replace(selectors, `${left.join(', ')} `) : '';
  });
}

export const formulas: Plugin = {
  name: 'formulas',
  enforce: 'pre',
  transform(code, id) {
    if (id.endsWith('katex.mjs')) return used(code);
    if (id.endsWith('katex.css')) return sheet(code, used(readFileSync('node_modules/katex/dist/katex.mjs', 'utf8')));
    return null;
  },
};
