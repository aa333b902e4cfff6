import { svelte } from '@sveltejs/vite-plugin-svelte';
// @ts-expect-error: Node's own types are not installed
import { readdirSync, readFileSync } from 'node:fs';
// @ts-expect-error: Node's own types are not installed
import { deflateRawSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

// Of the formula fonts only those that the page's formulas use, and of each only one format; of the
// others neither their letters' widths nor their signs. No formula has an arrow or a brace that stretches.
const FONTS = /KaTeX_(Main-Regular|Math-Italic|Size1-Regular|Size2-Regular)\.woff2/;
const OTHERS = /^ {2}"(?:AMS|Caligraphic|Fraktur|Main-(?:Bold|Italic)|Math-Bold|SansSerif|Script|Typewriter)[\w-]*": \{[^{}]*\},?$/gm;
const STRETCHY = /^ {2}\w+: "M[^"]*",?$/gm;
const SIGNS = /^define(?:Symbol\(\w+, ams,|Macro\("[^"]+", "\\\\html@mathml\{\\\\@).*$/gm;
// Commands that reach out of a formula; KaTeX refuses them unless it is told to trust what it is given.
const REFUSED = /^defineFunction\(\{\n {2}type: "(?:href|html|includegraphics)",[\s\S]*?^\}\);$/gm;
// A sign, or a command that stands for other TeX.
const DEFINED = /^define(?:Symbol\(.*"\\\\([a-zA-Z]+)"|Macro\("\\\\([a-zA-Z]+)", ("(?:[^"\\]|\\.)*")\);$).*$/gm;
const named = (text: string): Set<string> => new Set([...text.matchAll(/\\+([a-zA-Z]+)/g)].map((found) => found[1]!));

// What a tour's formulas may be written in besides.
const TAUGHT = String.raw`\alpha\beta\gamma\delta\epsilon\eta\theta\lambda\nu\xi\rho\tau\phi\psi\omega\Delta\Lambda\Sigma\Theta\Omega\nabla\partial\ell\forall\exists\propto\equiv\approx\sim\ll\gg\pm\mp\neg\cup\cap\subset\setminus\to\mapsto\prod\int\lim\arg\exp\det\top\perp\parallel\circ\oplus\otimes\odot\star\langle\rangle\hat\bar\tilde\vec\dot\mathrm\operatorname\binom\implies\iff\lVert\rVert\lvert\rvert`;

/** The sources of the page: what its formulas are written in. */
function sources(folder: string): string {
  const files = readdirSync(folder, { recursive: true }) as string[];
  return files.filter((file) => /(?<!\.test)\.(ts|svelte)$/.test(file)).map((file) => readFileSync(`${folder}/${file}`, 'utf8') as string).join();
}

/** KaTeX's code without the signs and commands that neither these texts nor what is left of KaTeX name. */
function needed(code: string, texts = TAUGHT + sources('src')): string {
  const names = named(texts + code.replace(DEFINED, (_, sign, macro, text) => text ?? ''));
  const left = code.replace(DEFINED, (line, sign, macro) => (names.has(sign ?? macro) ? line : ''));
  return left === code ? code : needed(left, texts);
}

export const formulaFonts: Plugin = {
  name: 'formula-fonts',
  enforce: 'pre',
  transform(code, id) {
    if (id.includes('katex.mjs')) return needed(code.replace(OTHERS, '').replace(STRETCHY, '').replace(SIGNS, '').replace(REFUSED, ''));
    if (!id.includes('katex.css')) return null;
    return code.replace(/@font-face\s*\{[^}]*\}/g, (face) =>
      FONTS.test(face) ? face.replace(/src:[^;}]*/, (source) => `src: ${source.match(/url\([^)]*woff2[^)]*\) format\(['"]woff2['"]\)/)![0]}`) : '');
  },
};

// What is presented is written larger: no text is smaller than --least says.
const SIZE = /^(?:\d+px$|.*?\b\d+px\/)/;
const leastType = {
  postcssPlugin: 'least-type',
  Declaration(declaration: { prop: string; value: string }) {
    if ((declaration.prop !== 'font-size' && declaration.prop !== 'font') || !SIZE.test(declaration.value) || declaration.value.includes('--least')) return;
    declaration.value = declaration.value.replace(/\d+px/, 'max($&, var(--least, 0px))');
  },
};

// A component's own styles are told apart by its file, in four letters; a name is written thousands of times.
const cssHash = ({ hash, filename }: { hash: (text: string) => string; filename: string }): string => `_${hash(filename.replace(/^.*src./, '')).slice(-4)}`;

// A long text of docs/ is carried packed.
const packed: Plugin = {
  name: 'packed',
  enforce: 'pre',
  load: (id) => (id.endsWith('?packed') ? `export default '${deflateRawSync(readFileSync(id.slice(0, -'?packed'.length)), { level: 9 }).toString('base64')}'` : null),
};

// The page is built into the Python package, which carries it; nobody needs Node to use it. With
// --mode handout it is one script and one style sheet, fonts and all, for pages that are one file.
export default defineConfig(({ mode }) => ({
  plugins: [formulaFonts, packed, svelte({ compilerOptions: { cssHash } })],
  css: { postcss: { plugins: [leastType] } },
  base: './',
  build: mode === 'handout'
    ? {
        outDir: '../src/glassformer/web/handout', emptyOutDir: true, target: 'es2022', cssCodeSplit: false, assetsInlineLimit: 1e6, modulePreload: false,
        rolldownOptions: { input: 'src/handout.ts', output: { format: 'es', codeSplitting: false, entryFileNames: 'handout.js', assetFileNames: 'handout.[ext]' } },
      }
    : {
        outDir: '../src/glassformer/web', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, cssCodeSplit: false,
        // What four views or more share is one script, and all styles are one sheet: many small files compress badly.
        rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'common', test: /src.(?:core|parts|state|draw|ops)/, minShareCount: 4, maxModuleSize: 5000 }] } } },
      },
}));
