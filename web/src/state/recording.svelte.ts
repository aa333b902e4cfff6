// One recorded run on the page: its graph, and those of its values that have come so far.

import { SourceError, type Answer, type Code, type Source, type TraceRequest } from '../api/source';
import { indexOf, treeOf, type Entry, type Graph, type Node } from '../core/graph';
import type { Tensor } from '../core/safetensors';

const NOTHING: Tensor = { shape: [], data: new Float32Array() };

export class Recording {
  readonly graph: Graph;
  readonly index: Map<string, number>;
  readonly tree: Node;
  values = $state.raw<Map<string, Tensor>>(new Map());
  /** Its number at the program. */
  trace = $state('');
  private asked = new Map<string, Promise<void>>();

  constructor(answer: Answer, private readonly source: Source, private readonly question: TraceRequest) {
    this.graph = answer.graph;
    this.index = indexOf(answer.graph);
    this.tree = treeOf(answer.graph);
    this.values = answer.values;
    this.trace = answer.graph.about.trace;
  }

  /** Have the values of these paths; those that are not here yet are asked for, once. */
  async need(paths: string[]): Promise<void> {
    const missing = [...new Set(paths)].filter((path) => this.index.has(path) && !this.values.has(path));
    const fresh = missing.filter((path) => !this.asked.has(path));
    if (fresh.length) {
      const coming = this.kept((trace) => this.source.values(trace, fresh)).then(
        (found) => { this.values = new Map([...this.values, ...found]); },
        (error: unknown) => { fresh.forEach((path) => this.asked.delete(path)); throw error; },
      );
      fresh.forEach((path) => this.asked.set(path, coming));
    }
    await Promise.all(missing.map((path) => this.asked.get(path)));
  }

  /** The lines of code around the one that computed this entry; null where they cannot be had. */
  code(path: string): Promise<Code | null> {
    return this.kept((trace) => this.source.code(trace, this.index.get(path)!)).catch(() => null);
  }

  /** All of it, as a file. */
  whole(): Promise<ArrayBuffer> {
    return this.kept((trace) => this.source.whole(trace));
  }

  /** Ask something of the kept trace. The program keeps the newest ones; of one that it has forgotten
   *  the same question is asked again, which gives the same numbers. */
  private async kept<T>(ask: (trace: string) => Promise<T>): Promise<T> {
    try {
      return await ask(this.trace);
    } catch (error) {
      if (!(error instanceof SourceError) || error.status !== 404) throw error;
      this.trace = (await this.source.trace({ ...this.question, values: [] })).graph.about.trace;
      return ask(this.trace);
    }
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
