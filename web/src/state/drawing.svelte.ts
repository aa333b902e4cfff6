// Which tool draws on the page, if any, and the stroke that grows; what is drawn is kept with the notes.

import { MOST_PLACES, MOST_STROKES, type Stroke, type Tool } from '../core/drawing';
import { t } from '../strings';
import { notes } from './notes.svelte';
import { session } from './session.svelte';

class Drawing {
  tool = $state<Tool | null>(null);
  growing = $state.raw<Stroke | null>(null);
  /** What is drawn on the page as it is now. */
  strokes = $derived(this.growing ? [...notes.strokes, this.growing] : notes.strokes);

  take(tool: Tool | null): void {
    this.tool = tool;
  }
  grow(stroke: Stroke | null): void {
    this.growing = stroke;
  }
  /** Keep a stroke; more than a file of notes may have is refused, and said. */
  add(stroke: Stroke): void {
    this.growing = null;
    if (notes.strokes.length >= MOST_STROKES || (!notes.strokes.length && notes.places >= MOST_PLACES)) session.fail(new Error(t.drawing.full));
    else notes.draw([...notes.strokes, stroke]);
  }
  undo(): void {
    notes.draw(notes.strokes.slice(0, -1));
  }
  clear(): void {
    notes.draw([]);
  }
}

export const drawing = new Drawing();
