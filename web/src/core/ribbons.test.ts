import { describe, expect, it } from 'vitest';
import type { Entry, Graph } from './graph';
import { flatOf, singledOut, strandsOf, type Strand } from './ribbons';
import type { Tensor } from './safetensors';

const CROSS = 'decoder.0.cross_attention.weights', SELF = 'encoder.0.self_attention.weights';

/** Attention with nothing in it but the shares that are given, at [head, query, key]. */
function attention(shape: number[], shares: [number, number, number, number][]): Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b));
  for (const [head, query, key, share] of shares) data[(head * shape[2]! + query) * shape[3]! + key] = share;
  return { shape, data };
}

const values = new Map([
  [CROSS, attention([1, 2, 3, 5], [[0, 1, 4, 0.9], [1, 1, 2, 0.6], [1, 1, 1, 0.95], [0, 2, 2, 1]])],
  [SELF, attention([1, 2, 5, 5], [[1, 1, 4, 0.7], [0, 2, 4, 0.99]])],
]);
const strand = (path: string, head: number, query: number, key: number, strength: number): Strand => ({ path, head, query, key, strength });

describe('the head that a trace singles out', () => {
  it('is the one that did most for the word, not the one that looks hardest', () => {
    const strands = [strand(CROSS, 0, 1, 4, 0.2), strand(CROSS, 1, 1, 2, 1.5), strand(CROSS, 0, 2, 2, 9)];
    const choice = singledOut(strands, 'encoder-decoder', 1, [2, 4], values, 5);
    expect(choice?.looks).toEqual([{ path: CROSS, head: 1, query: 1, key: 2, shares: [0, expect.closeTo(0.95), expect.closeTo(0.6), 0, 0] }]);
    expect(choice?.clear).toBe(true);
  });

  it('may look at the words alone that can stand for the choice', () => {
    const choice = singledOut([strand(CROSS, 1, 1, 1, 8), strand(CROSS, 0, 1, 4, 1)], 'encoder-decoder', 1, [2, 4], values, 5);
    expect(choice?.looks[0]?.key).toBe(4);
  });

  it('may have had it from another: two looks are as strong as the weaker', () => {
    const strands = [strand(CROSS, 1, 1, 1, 3), strand(SELF, 1, 1, 4, 2), strand(SELF, 0, 2, 4, 7), strand(CROSS, 0, 1, 4, 1)];
    const choice = singledOut(strands, 'encoder-decoder', 1, [2, 4], values, 5);
    expect(choice?.looks.map((look) => [look.path, look.query, look.key])).toEqual([[CROSS, 1, 1], [SELF, 1, 4]]);
    expect(choice?.strength).toBe(2);
  });

  it('goes no second way within one word', () => {
    const strands = [strand(CROSS, 1, 1, 1, 3), strand(SELF, 1, 1, 4, 2), strand(CROSS, 0, 1, 4, 1)];
    const choice = singledOut(strands, 'encoder-decoder', 1, [2, 4], values, 5, (a, b) => a === b || (a === 1 && b === 4));
    expect(choice?.looks.map((look) => [look.path, look.query, look.key])).toEqual([[CROSS, 1, 4]]);
  });

  it('is not clear when it did little, or cannot be seen', () => {
    expect(singledOut([strand(CROSS, 1, 1, 2, 0.4)], 'encoder-decoder', 1, [2], values, 5)?.clear).toBe(false);
    expect(singledOut([strand(CROSS, 1, 1, 3, 4)], 'encoder-decoder', 1, [3], values, 5)?.clear).toBe(false);
    expect(singledOut([], 'encoder-decoder', 1, [2], values, 5)).toBeNull();
  });

  it('is found by the shares where nothing else is at hand', () => {
    const graph = { entries: [{ path: CROSS }, { path: SELF }, { path: 'memory' }] as Entry[] } as Graph;
    const strands = strandsOf(graph, values, 'encoder-decoder', 1);
    expect(strands).toHaveLength(2 * 5 + 2 * 5 * 5);
    expect(singledOut(strands, 'encoder-decoder', 1, [2, 4], values)?.looks[0]).toMatchObject({ head: 0, key: 4 });
    expect(strandsOf(graph, values, 'encoder-only', 1).filter((one) => one.path === CROSS)).toEqual([]);
  });

  it('knows the flat place of a share', () => {
    const look = { path: CROSS, head: 1, query: 1, key: 2, shares: [] };
    expect(values.get(CROSS)!.data[flatOf(values, look, 2)]).toBeCloseTo(0.6);
  });
});
