// The program on this machine as the source of models, traces and values.

import { read, type Tensor } from '../core/safetensors';
import type { Graph } from '../core/graph';

export interface ModelInfo { name: string; title: string; parameters: number; families: Record<string, number>; built_in: boolean; opening: string; finished: boolean; config: Record<string, unknown> }
export interface Change { path: string; where: (number | null)[]; scale: number | null; value: number | null }
export interface Words { known: string[]; kinds: Record<string, string[]>; glosses: Record<string, string>; antecedents: string[] }
export interface Code { file: string; line: number; first: number; lines: string[] }
export interface Answer { graph: Graph; values: Map<string, Tensor> }

/** What the server says is wrong, in a sentence; `gone` when it does not answer at all. */
export class ServerError extends Error {
  constructor(message: string, readonly gone = false) { super(message); }
}

async function ask(address: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ServerError('gone', true);
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { error?: string };
  throw new ServerError(body.error ?? `the program answered ${response.status}`);
}

export async function models(): Promise<ModelInfo[]> {
  return (await ask('api/models')).json() as Promise<ModelInfo[]>;
}

export async function words(): Promise<Words> {
  return (await ask('api/words')).json() as Promise<Words>;
}

export async function sentence(): Promise<string> {
  return ((await (await ask('api/sentence')).json()) as { text: string }).text;
}

export async function trace(model: string, text: string, changes: Change[], values: string[], signal: AbortSignal): Promise<Answer> {
  const body = JSON.stringify({ model, text, changes, values });
  const response = await ask('api/trace', { method: 'POST', body, signal, headers: { 'Content-Type': 'application/json' } });
  const file = read(await response.arrayBuffer());
  return { graph: JSON.parse(file.metadata['graph'] ?? '{}') as Graph, values: file.tensors };
}

export async function values(trace: string, paths: string[]): Promise<Map<string, Tensor>> {
  const query = paths.map((path) => `path=${encodeURIComponent(path)}`).join('&');
  return read(await (await ask(`api/values/${trace}?${query}`)).arrayBuffer()).tensors;
}

export async function code(trace: string, entry: number): Promise<Code> {
  return (await ask(`api/code/${trace}/${entry}`)).json() as Promise<Code>;
}
