// The session: which model, which sentence, what is open, what is changed. All else is derived.

import * as api from '../api/server';
import type { Change, Code, ModelInfo, Words } from '../api/server';
import { indexOf, nodeAt, treeOf, type Entry, type Graph, type Node } from '../core/graph';
import type { Tensor } from '../core/safetensors';
import { en } from '../strings/en';

export interface Selection { entry: number; flat: number }

const OPENING = ['probabilities'];

class Session {
  models = $state.raw<ModelInfo[]>([]);
  model = $state('');
  text = $state('');
  words = $state.raw<Words>({ known: [], kinds: {}, glosses: {}, antecedents: [] });
  graph = $state.raw<Graph | null>(null);
  values = $state.raw<Map<string, Tensor>>(new Map());
  /** The output before any change, to be shown beside the one after it. */
  original = $state('');
  changes = $state.raw<Change[]>([]);
  open = $state<string | null>(null);
  head = $state(0);
  pinned = $state.raw<Selection | null>(null);
  code = $state.raw<Code | null>(null);
  busy = $state(false);
  gone = $state(false);
  problem = $state('');
  private asked: AbortController | null = null;
  private wanted = new Set<string>();

  info = $derived(this.models.find((one) => one.name === this.model) ?? null);
  index = $derived(this.graph ? indexOf(this.graph) : new Map<string, number>());
  tree = $derived<Node | null>(this.graph ? treeOf(this.graph) : null);
  node = $derived<Node | null>(this.tree && this.open !== null ? nodeAt(this.tree, this.open) ?? this.tree : null);

  async start(): Promise<void> {
    try {
      this.models = await api.models();
      const asked = new URLSearchParams(location.hash.slice(1));
      const known = this.models.some((one) => one.name === asked.get('model'));
      this.model = known ? asked.get('model')! : (this.models[0]?.name ?? '');
      this.open = asked.get('open');
      this.head = Number(asked.get('head') ?? 0) || 0;
      this.text = asked.get('text') || this.info?.opening || 'hello';
      try { this.changes = JSON.parse(asked.get('changes') ?? '[]') as Change[]; } catch { this.changes = []; }
      await this.trace();
      const cell = asked.get('cell')?.match(/^(.+):(\d+)$/);
      if (cell && this.index.has(cell[1]!)) await this.pin({ entry: this.index.get(cell[1]!)!, flat: Number(cell[2]) });
      if (this.info?.built_in) this.words = await api.words();
    } catch (error) { this.fail(error); }
  }

  /** Trace the sentence anew; an older request that is still under way is given up. */
  async trace(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const slow = setTimeout(() => (this.busy = true), 300);
    const pinnedPath = this.pinned && this.graph ? this.graph.entries[this.pinned.entry]?.path : null;
    try {
      const wanted = new Set([...OPENING, ...attentionPaths(this.graph), ...this.wanted]);
      const answer = await api.trace(this.model, this.text, this.changes, [...wanted], asked.signal);
      if (asked !== this.asked) return;
      this.graph = answer.graph;
      this.values = answer.values;
      const missing = attentionPaths(answer.graph).filter((path) => !answer.values.has(path));
      if (missing.length) await this.need(missing);
      if (!this.changes.length) this.original = answer.graph.about.output;
      const still = pinnedPath ? this.index.get(pinnedPath) : undefined;
      if (this.pinned && still !== undefined) await this.pin({ entry: still, flat: Math.min(this.pinned.flat, count(answer.graph.entries[still]!) - 1) });
      else this.pinned = null;
      this.problem = '';
      this.gone = false;
      this.remember();
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(slow);
      if (asked === this.asked) this.busy = false;
    }
  }

  async say(text: string): Promise<void> {
    this.text = text;
    await this.trace();
  }

  /** Have the values of these paths, asking the program for those that are not here yet. */
  async need(paths: string[]): Promise<void> {
    const trace = this.graph?.about.trace;
    const missing = paths.filter((path) => !this.values.has(path) && this.index.has(path));
    if (!trace || !missing.length) return;
    try {
      const found = await api.values(trace, missing);
      if (this.graph?.about.trace !== trace) return;
      this.values = new Map([...this.values, ...found]);
    } catch (error) { this.fail(error); }
  }

  valueOf = (entry: number): Tensor => this.values.get(this.graph!.entries[entry]!.path) ?? { shape: [], data: new Float32Array() };
  has = (entry: number): boolean => this.values.has(this.graph!.entries[entry]!.path);
  entryAt = (path: string): Entry | null => this.graph?.entries[this.index.get(path) ?? -1] ?? null;

  async pin(selection: Selection): Promise<void> {
    const entry = this.graph?.entries[selection.entry];
    if (!entry) return;
    await this.need([entry.path, ...entry.inputs.map((source) => this.graph!.entries[source.entry]!.path)]);
    this.pinned = selection;
    this.code = null;
    this.remember();
    if (entry.file && this.graph) this.code = await api.code(this.graph.about.trace, selection.entry).catch(() => null);
  }

  unpin(): void {
    this.pinned = null;
    this.remember();
  }

  go(path: string | null): void {
    this.open = path;
    this.remember();
  }

  /** Paths whose values a view shows stay wanted while it is open, so that typing updates them. */
  watch(paths: string[]): () => void {
    paths.forEach((path) => this.wanted.add(path));
    void this.need(paths);
    return () => paths.forEach((path) => this.wanted.delete(path));
  }

  async change(change: Change): Promise<void> {
    this.changes = [...this.changes, change];
    await this.trace();
  }

  async undo(all = false): Promise<void> {
    this.changes = all ? [] : this.changes.slice(0, -1);
    await this.trace();
  }

  private remember(): void {
    const state = new URLSearchParams({ model: this.model, text: this.text });
    if (this.open !== null) state.set('open', this.open);
    if (this.head) state.set('head', String(this.head));
    if (this.pinned && this.graph) state.set('cell', `${this.graph.entries[this.pinned.entry]!.path}:${this.pinned.flat}`);
    if (this.changes.length) state.set('changes', JSON.stringify(this.changes));
    history.replaceState(null, '', `#${state}`);
  }

  private fail(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    if (error instanceof api.ServerError && error.gone) { this.gone = true; this.problem = en.gone; return; }
    this.problem = error instanceof Error ? error.message : String(error);
  }
}

function attentionPaths(graph: Graph | null): string[] {
  return graph ? graph.entries.filter((entry) => entry.path.endsWith('attention.weights')).map((entry) => entry.path) : [];
}

function count(entry: Entry): number {
  return entry.shape.reduce((a, b) => a * b, 1);
}

export const session = new Session();
