// Long work in small pieces, so that the page answers meanwhile: a piece is done, the browser may draw
// and hear, the next follows. What nobody waits for any more is given up.

import { progress } from './progress.svelte';

/** Work that may rest at each yield; what it yields is what there is to say of it. */
export type Work<T> = Generator<string | undefined, T>;

const PIECE = 12, PATIENCE = 1000; // milliseconds: of a piece, and until one is told

export async function worked<T>(work: Work<T>, signal?: AbortSignal): Promise<T> {
  const begun = performance.now(), mine = {};
  let until = begun + PIECE, said = '';
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (value) said = value;
      const now = performance.now();
      if (now < until) continue;
      if (now - begun > PATIENCE) progress.tell(mine, said);
      await rest();
      if (signal?.aborted) throw new DOMException('', 'AbortError');
      until = performance.now() + PIECE;
    }
  } finally {
    progress.end(mine);
  }
}

/** All of it at once. */
export function finished<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** A message to oneself comes after whatever waits, and no later; a timer would be held back. */
const channel = new MessageChannel(), waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

function rest(): Promise<void> {
  return new Promise((done) => {
    waiting.push(done);
    channel.port2.postMessage(null);
  });
}
