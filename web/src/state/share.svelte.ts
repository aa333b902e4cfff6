// One page that many look at: the presenter's address goes to all, and each follows it or looks around.

import { about, draw, lead, listen, type About, type Drawn, type News } from '../api/share';
import { SourceError } from '../api/source';
import { toAddress, type Place } from '../core/address';
import { spotOf, type Stroke } from '../core/drawing';
import { session } from './session.svelte';

const PAUSE = 100; // milliseconds between two of the presenter's addresses, or changes of what he draws
const MOST_NUMBERS = 8000; // of the strokes that are sent at a time, but for a single one

const NONE: Stroke[] = [];

class Share {
  about = $state.raw<About | null>(null);
  news = $state.raw<News>({ number: 0, leading: true, place: null, followers: 0 });
  /** Of a follower: whether this page goes where the presenter's goes. */
  following = $state(true);
  /** What the presenter drew, and on which page; or, of a presenter, what others have been told of it. */
  private drawn = $state.raw<{ spot: string; strokes: Stroke[] }>({ spot: '', strokes: [] });
  private wanted = this.drawn;
  private drawing = false;
  private led = '';
  private told: string | null = null;
  private telling = false;

  presents = $derived(this.about?.role === 'presenter');
  follows = $derived(this.about?.role === 'follower');
  /** Whether this page goes where the presenter's goes now. */
  isLed = $derived(this.follows && this.following && this.news.leading && this.news.place !== null);
  /** The presenter's strokes on the page that is followed. */
  strokes = $derived<Stroke[]>(this.isLed && this.drawn.spot === spotOf(this.news.place!) ? this.drawn.strokes : NONE);

  /** Find out whether the page is shared, and listen if it is. Returns what ends that. */
  async start(): Promise<() => void> {
    if (!session.source.has('api/share')) return () => undefined;
    try { this.about = await about(); } catch { return () => undefined; }
    return this.about ? listen((news) => this.hear(news), (drawn) => this.see(drawn)) : () => undefined;
  }

  private hear(news: News): void {
    const moved = news.number !== this.news.number || !this.led;
    this.news = news;
    if (this.follows && this.following && moved) this.go();
  }

  private see({ spot, keep, strokes }: Drawn): void {
    this.drawn = { spot, strokes: [...this.drawn.strokes.slice(0, keep), ...strokes] };
  }

  /** The presenter's strokes on the open page have changed. */
  draws(spot: string, strokes: Stroke[]): void {
    this.wanted = { spot, strokes };
    if (this.presents && !this.drawing && (strokes.length || this.drawn.strokes.length)) void this.sendDrawn();
  }

  /** Tell what is new of them, a part at a time; a program that was started anew is told all. What is refused is told when it changes. */
  private async sendDrawn(): Promise<void> {
    this.drawing = true;
    for (let next = this.ahead(); next; next = this.ahead()) {
      try {
        await draw(next);
        this.see(next);
      } catch (error) {
        this.drawn = { spot: '', strokes: [] };
        const begunAnew = next.keep > 0 && error instanceof SourceError && error.status === 422;
        if (!begunAnew) { session.fail(error); break; }
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    this.drawing = false;
  }

  /** What others have not been told yet, or its beginning; null if they have all. */
  private ahead(): Drawn | null {
    const { spot, strokes } = this.wanted, before = spot === this.drawn.spot ? this.drawn.strokes : NONE;
    let keep = 0, size = 0;
    while (keep < before.length && before[keep] === strokes[keep]) keep++;
    const next = strokes.slice(keep).filter((one, i) => (size += one.points.length + one.at.length) <= MOST_NUMBERS || !i);
    const more = keep + next.length < strokes.length;
    return next.length || keep < before.length || (spot !== this.drawn.spot && this.drawn.strokes.length) ? { spot, keep, strokes: next, more } : null;
  }

  private go(): void {
    if (!this.news.leading || !this.news.place) return;
    session.lookAt(this.news.place);
    this.led = toAddress(session.place);
  }

  /** The address has changed: a presenter tells it; a follower who went there alone is followed no more. */
  moved(place: Place): void {
    if (this.presents && this.news.leading) void this.tell();
    if (this.follows && this.following && this.news.leading && this.led && toAddress(place) !== this.led) this.following = false;
  }

  /** Go where the presenter is, and on from there. */
  again(): void {
    this.following = true;
    this.go();
  }

  /** Lead, or let everybody look around. */
  setLeading(leading: boolean): void {
    this.news = { ...this.news, leading };
    void this.tell();
  }

  /** Tell where this page is, or that it leads no more: one word after the other, so that none overtakes the last. */
  private async tell(): Promise<void> {
    if (this.telling) return;
    this.telling = true;
    for (let next = this.word(); next !== this.told; next = this.word()) {
      this.told = next;
      try {
        await lead(session.place, this.news.leading);
      } catch (error) {
        this.told = null;
        session.fail(error);
        break;
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
    this.telling = false;
  }

  private word(): string {
    return this.news.leading ? toAddress(session.place) : '';
  }
}

export const share = new Share();
