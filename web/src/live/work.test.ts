import { expect, it, vi } from 'vitest';
import { progress } from './progress.svelte';
import { finished, worked, type Work } from './work';

const busy = (milliseconds: number): void => { for (const end = performance.now() + milliseconds; performance.now() < end; ); };

function* work(pieces: number, milliseconds: number): Work<number> {
  for (let i = 0; i < pieces; i++) {
    busy(milliseconds);
    yield `${i + 1} of ${pieces}`;
  }
  return pieces;
}

it('lets others in between its pieces, and gives what one go gives', async () => {
  const order: string[] = [];
  const long = worked(work(100, 5)).then((found) => { order.push('long'); return found; });
  await worked(work(1, 1)).then(() => order.push('short'));
  expect(await long).toBe(finished(work(100, 0)));
  expect(order).toEqual(['short', 'long']);
});

it('gives up what nobody waits for', async () => {
  const asked = new AbortController();
  const given = worked(work(1000, 5), asked.signal);
  asked.abort();
  await expect(given).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});

it('says how far long work is, and of short work nothing', async () => {
  const tell = vi.spyOn(progress, 'tell');
  await worked(work(10, 5));
  expect(tell).not.toHaveBeenCalled();
  await worked(work(60, 25));
  expect(tell).toHaveBeenLastCalledWith(expect.anything(), '60 of 60');
  expect(progress.text).toBe(null);
});
