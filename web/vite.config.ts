import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The page is built into the Python package, which carries it; nobody needs Node to use it.
export default defineConfig({
  plugins: [svelte()],
  base: './',
  build: { outDir: '../src/glassformer/web', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
});
