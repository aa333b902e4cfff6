import { expect, it } from 'vitest';
import { recorded } from './recorded';

/** A file as the program writes it: the header's length, the header, the values. */
function file(graph: object, values: Record<string, number[]>): ArrayBuffer {
  let at = 0;
  const slots = Object.entries(values).map(([name, list]) => [name, { dtype: 'F32', shape: [list.length], data_offsets: [at, (at += 4 * list.length)] }]);
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { graph: JSON.stringify(graph) }, ...Object.fromEntries(slots) }));
  const bytes = new Uint8Array(8 + header.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(new Uint8Array(new Float32Array(Object.values(values).flat()).buffer), 8 + header.length);
  return bytes.buffer;
}

const GRAPH = {
  version: 1, about: { run: 'petit', text: 'the girl sleeps', config: {}, family: 'decoder-only' },
  entries: [{ path: 'table', kind: 'parameter', file: '', line: 0 }, { path: 'hidden', kind: 'value', file: 'glassformer/x.py', line: 7 }],
};

it('shows what it holds and asks nobody', async () => {
  const source = recorded(file(GRAPH, { table: [1, 2, 3], hidden: [4, 5] }), 'x.safetensors');
  const [model] = await source.models();
  expect(model).toMatchObject({ name: 'petit', parameters: 3, opening: 'the girl sleeps', family: 'decoder-only' });
  const { graph, values } = await source.trace({ model: 'petit', text: 'the girl sleeps' });
  expect(graph.entries).toHaveLength(2);
  expect([...values.get('hidden')!.data]).toEqual([4, 5]);
  expect([...(await source.values('file', ['table', 'nothing'])).keys()]).toEqual(['table']);
  expect(await source.code('file', 1)).toMatchObject({ line: 7, lines: [] });
  expect(await source.code('file', 0)).toBeNull();
});

it('says what needs the program', async () => {
  const source = recorded(file(GRAPH, {}), 'x.safetensors');
  await expect(async () => source.trace({ model: 'petit', text: 'another' })).rejects.toThrow('Typing needs the program');
  await expect(source.ask('api/words')).rejects.toThrow('Recorded');
});

it('refuses what is no recording', () => {
  expect(() => recorded(new ArrayBuffer(3), 'x')).toThrow('no recording');
  expect(() => recorded(file({}, {}).slice(0, 12), 'x')).toThrow('no recording');
});
