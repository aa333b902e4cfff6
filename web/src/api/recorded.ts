// A recording in a file, as trace.save("x.safetensors") writes it: one text, all its values.

import type { Graph } from '../core/graph';
import { read, type Tensor } from '../core/safetensors';
import { t } from '../strings';
import { SourceError, type Answer, type ModelInfo, type Source } from './source';

export function recorded(file: ArrayBuffer, name: string): Source {
  const { graph, values } = opened(file);
  const no = (): never => { throw new SourceError(t.state.recorded); };
  return {
    live: false,
    has: () => false,
    models: () => Promise.resolve([described(graph, values, name)]),
    trace: (request): Promise<Answer> => Promise.resolve(request.text === graph.about.text && !request.changes?.length ? { graph, values } : no()),
    values: (_, paths) => Promise.resolve(new Map(paths.flatMap((path): [string, Tensor][] => (values.has(path) ? [[path, values.get(path)!]] : [])))),
    code: (_, number) => {
      const entry = graph.entries[number];
      return Promise.resolve(entry?.line ? { file: entry.file, line: entry.line, first: entry.line, lines: [] } : null);
    },
    whole: () => Promise.resolve(file),
    ask: () => Promise.reject(new SourceError(t.state.recorded)),
  };
}

function opened(file: ArrayBuffer): { graph: Graph; values: Map<string, Tensor> } {
  try {
    const { metadata, tensors } = read(file);
    const graph = JSON.parse(metadata['graph'] ?? '') as Graph;
    return { graph: { ...graph, about: { ...graph.about, trace: 'file' } }, values: tensors };
  } catch {
    throw new SourceError(t.state.noRecording);
  }
}

/** What the file tells of its model. */
function described(graph: Graph, values: Map<string, Tensor>, name: string): ModelInfo {
  const about = graph.about;
  const families = Object.fromEntries(graph.entries.filter((entry) => entry.kind === 'parameter').map((entry) => [entry.path, values.get(entry.path)?.data.length ?? 0]));
  return {
    name: about.run, title: name, family: about.family ?? 'encoder-decoder', parameters: Object.values(families).reduce((a, b) => a + b, 0), families,
    config: about.config, built_in: false, opening: about.text, finished: true, untrained: about.untrained ?? false, has_run: !about.untrained, snapshots: [], recorded: null,
  };
}
