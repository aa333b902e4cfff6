// Reads and writes safetensors: eight bytes of length, a header of JSON, then the values.

import { t } from '../strings';

export type Numbers = Float32Array | Int32Array | Uint8Array | Int8Array;
export interface Tensor { shape: number[]; data: Numbers }
export interface File { metadata: Record<string, string>; tensors: Map<string, Tensor> }

interface Slot { dtype: string; shape: number[]; data_offsets: [number, number] }

export function read(buffer: ArrayBuffer): File {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as Record<string, Slot>;
  const tensors = new Map<string, Tensor>();
  const metadata = (header['__metadata__'] ?? {}) as unknown as Record<string, string>;
  for (const [name, slot] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = slot.data_offsets;
    tensors.set(name, { shape: slot.shape, data: numbers(slot.dtype, buffer.slice(8 + length + start, 8 + length + end)) });
  }
  return { metadata, tensors };
}

function numbers(dtype: string, bytes: ArrayBuffer): Numbers {
  if (dtype === 'F32') return new Float32Array(bytes);
  if (dtype === 'I32') return new Int32Array(bytes);
  if (dtype === 'U8' || dtype === 'BOOL') return new Uint8Array(bytes);
  if (dtype === 'I8') return new Int8Array(bytes);
  throw new Error(t.state.typed(dtype));
}

/** A file of these values, as the program would write it. */
export function write(metadata: Record<string, string>, tensors: Map<string, Tensor>): ArrayBuffer {
  let end = 0;
  const slots = [...tensors].map(([name, { shape, data }]): [string, Slot] => [name, { dtype: typeOf(data), shape, data_offsets: [end, (end += data.byteLength)] }]);
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(slots) });
  const header = new TextEncoder().encode(text), length = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(32, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(header, 8);
  for (const [name, slot] of slots) {
    const { data } = tensors.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + length + slot.data_offsets[0]);
  }
  return bytes.buffer;
}

function typeOf(data: Numbers): string {
  return data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : data instanceof Int8Array ? 'I8' : 'U8';
}
