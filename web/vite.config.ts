import { svelte } from '@sveltejs/vite-plugin-svelte';
// @ts-expect-error: Node's own types are not installed
import { readFileSync } from 'node:fs';
// @ts-expect-error: Node's own types are not installed
import { deflateRawSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { formulas } from './formulas.ts';

// What is presented is written larger: look.css has each size of text as no smaller than --least says.
const SIZE = /^(?:\d\dpx$|.*?\b\d\dpx\/)/;
const leastType = {
  postcssPlugin: 'least-type',
  Declaration(declaration: { prop: string; value: string }) {
    if ((declaration.prop !== 'font-size' && declaration.prop !== 'font') || !SIZE.test(declaration.value)) return;
    declaration.value = declaration.value.replace(/(\d+)px/, 'var(--text$1)');
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
  plugins: [formulas, packed, svelte({ compilerOptions: { cssHash } })],
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
