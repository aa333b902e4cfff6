// Reads safetensors: eight bytes of length, a header of JSON, then the values.

import { t } from '../strings';

export type Numbers = Float32Array | Int32Array | Uint8Array;
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
  throw new Error(t.state.typed(dtype));
}
