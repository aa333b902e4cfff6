import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

// Of the formula fonts only those that the page's formulas use, and of each only one format; of the
// others neither their letters' widths nor their signs. No formula has an arrow or a brace that stretches.
const FONTS = /KaTeX_(Main-Regular|Math-Italic|Size1-Regular|Size2-Regular)\.woff2/;
const OTHERS = /^ {2}"(?:AMS|Caligraphic|Fraktur|Main-(?:Bold|Italic)|Math-Bold|SansSerif|Script|Typewriter)[\w-]*": \{[^{}]*\},?$/gm;
const STRETCHY = /^ {2}\w+: "M[^"]*",?$/gm;
const SIGNS = /^define(?:Symbol\(\w+, ams,|Macro\("[^"]+", "\\\\html@mathml\{\\\\@).*$/gm;
export const formulaFonts: Plugin = {
  name: 'formula-fonts',
  enforce: 'pre',
  transform(code, id) {
    if (id.includes('katex.mjs')) return code.replace(OTHERS, '').replace(STRETCHY, '').replace(SIGNS, '');
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

// The page is built into the Python package, which carries it; nobody needs Node to use it. With
// --mode handout it is one script and one style sheet, fonts and all, for pages that are one file.
export default defineConfig(({ mode }) => ({
  plugins: [formulaFonts, svelte({ compilerOptions: { cssHash: ({ hash, css }) => `s${hash(css)}` } })],
  css: { postcss: { plugins: [leastType] } },
  base: './',
  build: mode === 'handout'
    ? {
        outDir: '../src/glassformer/web/handout', emptyOutDir: true, target: 'es2022', cssCodeSplit: false, assetsInlineLimit: 1e6, modulePreload: false,
        rolldownOptions: { input: 'src/handout.ts', output: { format: 'es', codeSplitting: false, entryFileNames: 'handout.js', assetFileNames: 'handout.[ext]' } },
      }
    : { outDir: '../src/glassformer/web', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
}));
