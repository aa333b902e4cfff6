// The session: which model, which sentence, what is open, what is changed. All else is derived.
//
// `place` is the state that the address holds. The names that everybody knows: model, text, target,
// view, open (a path in the network), cell ("path:flat"), head, snapshot, training, pad, changes.
// A view may keep names of its own there.

import { server } from '../api/server';
import { SourceError, type Change, type Code, type ModelInfo, type Source, type TraceRequest, type Words } from '../api/source';
import { fromAddress, moved, toAddress, type Place } from '../core/address';
import { nodeAt, type Entry, type Graph, type Node } from '../core/graph';
import type { Tensor } from '../core/safetensors';
import { t } from '../strings';
import { Recording } from './recording.svelte';

/** A cell of a value: which, and at which flat place. */
export interface Cell { path: string; flat: number }

/** What stays in the address whatever view is open. */
export const LASTING = ['model', 'text', 'word', 'ids', 'changes', 'snapshot', 'language', 'tour', 'stop', 'quiz'];
const NO_WORDS: Words = { known: [], kinds: {}, glosses: {}, antecedents: [], pronouns: [], deciding: [] };

class Session {
  /** Where the page begins: the program, or the hand-out that it stands in. */
  home: Source = server;
  source = $state.raw<Source>(server);
  models = $state.raw<ModelInfo[]>([]);
  place = $state.raw<Place>({});
  recording = $state.raw<Recording | null>(null);
  /** The same sentence before any change, to be shown beside. */
  unchanged = $state.raw<Recording | null>(null);
  /** What stood here before the last trace, so that what it changed can be marked. */
  previous = $state.raw<Recording | null>(null);
  code = $state.raw<Code | null>(null);
  busy = $state(false);
  gone = $state(false);
  problem = $state('');
  private asked: AbortController | null = null;
  private learned = $state.raw<Words | null>(null);
  private learning = false;
  private waiting: ReturnType<typeof setInterval> | undefined;
  private wanted = new Map<string, number>();

  model = $derived(this.place['model'] ?? '');
  text = $derived(this.place['text'] ?? '');
  open = $derived(this.place['open'] ?? '');
  head = $derived(Number(this.place['head'] ?? 0));
  changes = $derived(parsed<Change[]>(this.place['changes'], []));
  cell = $derived<Cell | null>(cellOf(this.place['cell']));
  info = $derived(this.models.find((one) => one.name === this.model) ?? null);
  /** The built-in pair's words, when they have come. */
  words = $derived<Words>((this.info?.built_in && this.learned) || NO_WORDS);
  /** Whether no words are on their way any more. */
  ready = $derived(!this.source.has('api/words') || !this.info?.built_in || this.learned !== null);
  graph = $derived<Graph | null>(this.recording?.graph ?? null);
  /** A module of anybody's: it ran on inputs of its own, and reads no text. */
  own = $derived((this.graph?.about.family ?? this.info?.family) === 'module');
  /** The open view; a module, which has no sentence to begin with, opens on its network. */
  view = $derived(this.place['view'] ?? (this.own ? 'network' : ''));
  /** Whether something can be changed and run again. */
  alterable = $derived(this.source.live && !this.own);
  values = $derived<Map<string, Tensor>>(this.recording?.values ?? new Map());
  tree = $derived<Node | null>(this.recording?.tree ?? null);
  node = $derived<Node | null>(this.tree ? nodeAt(this.tree, this.open) ?? this.tree : null);

  async start(): Promise<void> {
    try {
      addEventListener('popstate', () => void this.arrive(fromAddress(location.hash)));
      this.models = await this.source.models();
      await this.arrive(fromAddress(location.hash));
    } catch (error) { this.fail(error); }
  }

  /** The words of the built-in pair, after the first picture: that does not wait for them. */
  private async learnWords(): Promise<void> {
    if (this.ready || this.learning) return;
    this.learning = true;
    try { this.learned = await this.source.ask<Words>('api/words'); } catch (error) { this.fail(error); }
    this.learning = false;
  }

  /** Begin with a hand-out in the program's place. */
  begin(home: Source): void {
    [this.home, this.source] = [home, home];
  }

  /** Look at another source: a recorded file, or where the page began. */
  async use(source: Source): Promise<void> {
    try {
      const models = await source.models();
      [this.source, this.models, this.recording, this.unchanged] = [source, models, null, null];
      await this.arrive({});
      history.pushState(null, '', toAddress(this.place, location.href));
    } catch (error) { this.fail(error); }
  }

  /** There is one model more: show that, with the same sentence. */
  async welcome(model: string): Promise<void> {
    this.models = await this.source.models();
    this.go({ model, open: null, cell: null, changes: null, snapshot: null });
  }

  /** The program does not answer: ask again every two seconds, and go on when it does. */
  private waitForIt(): void {
    this.waiting ??= setInterval(() => void (async () => {
      try { this.models = await this.source.models(); } catch { return; }
      clearInterval(this.waiting);
      this.waiting = undefined;
      await this.arrive(fromAddress(location.hash), true);
    })(), 2000);
  }

  /** Go where an address says; what it leaves open is the first model and its opening sentence. */
  private async arrive(place: Place, again = false): Promise<void> {
    const known = this.models.find((one) => one.name === place['model']) ?? this.models[0];
    const before = this.question(this.place);
    const text = place['text'] ?? '', there = text && (this.source.live || (this.source.texts?.includes(text) ?? true));
    this.place = { ...place, model: known?.name ?? '', text: there ? text : known?.opening ?? '' };
    if (again || !this.recording || JSON.stringify(before) !== JSON.stringify(this.question(this.place))) await this.trace();
    await this.show();
  }

  /** Be where another page is. */
  lookAt(place: Place): void {
    history.replaceState(null, '', toAddress(place));
    void this.arrive(place);
  }

  /** Change what is open. With `step` the browser's Back button leads back here. */
  go(change: Record<string, string | number | null>, step = true): void {
    const before = JSON.stringify(this.question(this.place));
    this.place = moved(this.place, change);
    if (step) history.pushState(null, '', toAddress(this.place, location.href));
    else history.replaceState(null, '', toAddress(this.place, location.href));
    if (before !== JSON.stringify(this.question(this.place))) void this.trace();
    else if ('cell' in change) void this.show();
  }

  /** Open a view at a place of its own: what other views kept in the address goes. */
  visit(where: Record<string, string | number>): void {
    const others = Object.keys(this.place).filter((name) => !LASTING.includes(name));
    this.go({ ...Object.fromEntries(others.map((name) => [name, null])), ...where });
  }

  /** What is asked of the program at this place. */
  private question(place: Place): TraceRequest {
    return {
      model: place['model'] ?? '', text: place['text'] ?? '', target: place['target'] ?? null,
      changes: parsed<Change[]>(place['changes'], []), snapshot: place['snapshot'] ? Number(place['snapshot']) : null,
      training: parsed(place['training'], null), pad: Number(place['pad'] ?? 0),
    };
  }

  /** Trace the sentence anew; an older request that is still under way is given up. */
  async trace(): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const slow = setTimeout(() => (this.busy = true), 300);
    const question = this.question(this.place);
    try {
      const answer = await this.source.trace({ ...question, values: this.paths(this.graph) }, asked.signal);
      const recording = new Recording(answer, this.source, question);
      await recording.need(this.paths(answer.graph));
      if (asked !== this.asked) return;
      this.previous = this.recording;
      this.recording = recording;
      if (!question.changes?.length) this.unchanged = recording;
      else if (!this.unchanged || !sameText(this.unchanged.graph, recording.graph)) this.unchanged = await this.beside({ changes: [] });
      this.problem = '';
      this.gone = false;
      await this.show();
      void this.learnWords();
    } catch (error) {
      this.fail(error);
    } finally {
      clearTimeout(slow);
      if (asked === this.asked) this.busy = false;
    }
  }

  /** Another recording, to be held against this one: the same question with some of it changed. It
   *  comes with the values that every picture needs and those of `paths`; with null, with none. */
  async beside(change: Partial<TraceRequest>, paths: string[] | null = []): Promise<Recording> {
    const question = { ...this.question(this.place), ...change };
    const answer = await this.source.trace({ ...question, values: paths ? [...this.paths(this.graph), ...paths] : [] });
    return new Recording(answer, this.source, question);
  }

  /** What every first picture needs, and what the open views watch. */
  private paths(graph: Graph | null): string[] {
    return ['probabilities', ...attentionPaths(graph), ...this.wanted.keys()];
  }

  /** While a view is open its values come with every trace. Returns what ends that. */
  watch(paths: string[]): () => void {
    paths.forEach((path) => this.wanted.set(path, (this.wanted.get(path) ?? 0) + 1));
    void this.need(paths);
    return () => paths.forEach((path) => {
      const count = (this.wanted.get(path) ?? 1) - 1;
      if (count) this.wanted.set(path, count);
      else this.wanted.delete(path);
    });
  }

  async need(paths: string[]): Promise<void> {
    try { await this.recording?.need(paths); } catch (error) { this.fail(error); }
  }

  entryAt(path: string): Entry | null {
    return this.recording?.entryAt(path) ?? null;
  }

  say(text: string): void {
    this.go({ text, target: null, training: null, word: null }, false);
  }

  /** Select a cell: the inspector shows it. */
  select(cell: Cell | null): void {
    this.go({ cell: cell ? `${cell.path}:${cell.flat}` : null }, false);
  }

  /** Have what the inspector needs of the selected cell. */
  private async show(): Promise<void> {
    const recording = this.recording, entry = this.cell && recording?.entryAt(this.cell.path);
    this.code = null;
    if (!entry || !recording) return;
    await this.need([entry.path, ...entry.inputs.map((source) => recording.graph.entries[source.entry]!.path)]);
    if (!entry.file) return;
    const code = await recording.code(entry.path);
    if (this.cell?.path === entry.path) this.code = code;
  }

  change(change: Change): void {
    this.setChanges([...this.changes, change]);
  }

  undo(all = false): void {
    this.setChanges(all ? [] : this.changes.slice(0, -1));
  }

  setChanges(changes: Change[]): void {
    this.go({ changes: changes.length ? JSON.stringify(changes) : null });
  }

  fail(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    this.gone = error instanceof SourceError && error.gone;
    this.problem = this.gone ? t.state.gone : error instanceof Error ? error.message : String(error);
    if (this.gone) this.waitForIt();
  }
}

function parsed<T>(text: string | undefined, otherwise: T): T {
  try { return text ? (JSON.parse(text) as T) : otherwise; } catch { return otherwise; }
}

function cellOf(text: string | undefined): Cell | null {
  const found = text?.match(/^(.+):(\d+)$/);
  return found ? { path: found[1]!, flat: Number(found[2]) } : null;
}

function sameText(a: Graph, b: Graph): boolean {
  return a.about.text === b.about.text && a.about.run === b.about.run;
}

function attentionPaths(graph: Graph | null): string[] {
  return graph ? graph.entries.filter((entry) => entry.path.endsWith('attention.weights')).map((entry) => entry.path) : [];
}

export const session = new Session();
