// KaTeX, in a chunk of its own: it is fetched when the first formula is shown.

import { renderToString } from 'katex';
import 'katex/dist/katex.css';

export function rendered(tex: string, display: boolean): string {
  return renderToString(tex, { displayMode: display, throwOnError: false, strict: false });
}
