// Which tool draws on the page, if any; what is drawn is kept with the notes.

import type { Stroke, Tool } from '../core/drawing';
import { notes } from './notes.svelte';

class Drawing {
  tool = $state<Tool | null>(null);

  take(tool: Tool | null): void {
    this.tool = tool;
  }
  add(stroke: Stroke): void {
    notes.draw([...notes.strokes, stroke]);
  }
  undo(): void {
    notes.draw(notes.strokes.slice(0, -1));
  }
  clear(): void {
    notes.draw([]);
  }
}

export const drawing = new Drawing();
