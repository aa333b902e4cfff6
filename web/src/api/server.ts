// The program on this machine as the source of models, traces and values.

import type { Graph } from '../core/graph';
import { read, type Tensor } from '../core/safetensors';
import { said, t } from '../strings';
import { SourceError, type Answer, type Code, type ModelInfo, type Source, type TraceRequest } from './source';

async function answer(address: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const post = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
  let response: Response;
  try {
    response = await fetch(address, { ...(body === undefined ? {} : post), signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new SourceError(t.state.gone, true);
  }
  if (response.ok) return response;
  const refused = (await response.json().catch(() => ({}))) as { error?: string };
  throw new SourceError(refused.error ? said(refused.error) : t.state.answered(response.status), false, response.status);
}

async function ask<T>(address: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await answer(address, body, signal)).json() as Promise<T>;
}

export const server: Source = {
  live: true,
  has: () => true,
  ask,
  models: () => ask<ModelInfo[]>('api/models'),
  async trace(request: TraceRequest, signal?: AbortSignal): Promise<Answer> {
    const file = read(await (await answer('api/trace', request, signal)).arrayBuffer());
    return { graph: JSON.parse(file.metadata['graph'] ?? '{}') as Graph, values: file.tensors };
  },
  async values(trace: string, paths: string[]): Promise<Map<string, Tensor>> {
    const query = paths.map((path) => `path=${encodeURIComponent(path)}`).join('&');
    return read(await (await answer(`api/values/${trace}?${query}`)).arrayBuffer()).tensors;
  },
  whole: async (trace: string) => (await answer(`api/recording/${trace}`)).arrayBuffer(),
  code: (trace: string, entry: number) => ask<Code>(`api/code/${trace}/${entry}`),
};
