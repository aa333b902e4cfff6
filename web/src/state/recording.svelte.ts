// One recorded run on the page: its graph, and those of its values that have come so far.

import type { Answer, Source } from '../api/source';
import { indexOf, treeOf, type Entry, type Graph, type Node } from '../core/graph';
import type { Tensor } from '../core/safetensors';

const NOTHING: Tensor = { shape: [], data: new Float32Array() };

export class Recording {
  readonly graph: Graph;
  readonly index: Map<string, number>;
  readonly tree: Node;
  values = $state.raw<Map<string, Tensor>>(new Map());
  private asked = new Map<string, Promise<void>>();

  constructor(answer: Answer, private readonly source: Source) {
    this.graph = answer.graph;
    this.index = indexOf(answer.graph);
    this.tree = treeOf(answer.graph);
    this.values = answer.values;
  }

  /** Have the values of these paths; those that are not here yet are asked for, once. */
  async need(paths: string[]): Promise<void> {
    const missing = [...new Set(paths)].filter((path) => this.index.has(path) && !this.values.has(path));
    const fresh = missing.filter((path) => !this.asked.has(path));
    if (fresh.length) {
      const coming = this.source.values(this.graph.about.trace, fresh).then(
        (found) => { this.values = new Map([...this.values, ...found]); },
        (error: unknown) => { fresh.forEach((path) => this.asked.delete(path)); throw error; },
      );
      fresh.forEach((path) => this.asked.set(path, coming));
    }
    await Promise.all(missing.map((path) => this.asked.get(path)));
  }

  entryAt(path: string): Entry | null {
    return this.graph.entries[this.index.get(path) ?? -1] ?? null;
  }

  tensor(path: string): Tensor | null {
    return this.values.get(path) ?? null;
  }

  /** The value of an entry by its number; empty until it has come. */
  valueOf = (entry: number): Tensor => this.values.get(this.graph.entries[entry]!.path) ?? NOTHING;
}
