// One page that many look at: the presenter's address goes to all, and each follows it or looks around.

import { about, lead, listen, type About, type News } from '../api/share';
import { toAddress, type Place } from '../core/address';
import { session } from './session.svelte';

const PAUSE = 100; // milliseconds between two of the presenter's addresses

class Share {
  about = $state.raw<About | null>(null);
  news = $state.raw<News>({ number: 0, leading: true, place: null, followers: 0 });
  /** Of a follower: whether this page goes where the presenter's goes. */
  following = $state(true);
  private led = '';
  private sent = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  presents = $derived(this.about?.role === 'presenter');
  follows = $derived(this.about?.role === 'follower');

  /** Find out whether the page is shared, and listen if it is. Returns what ends that. */
  async start(): Promise<() => void> {
    if (!session.source.has('api/share')) return () => undefined;
    try { this.about = await about(); } catch { return () => undefined; }
    return this.about ? listen((news) => this.hear(news)) : () => undefined;
  }

  private hear(news: News): void {
    const moved = news.number !== this.news.number || !this.led;
    this.news = news;
    if (this.follows && this.following && moved) this.go();
  }

  private go(): void {
    if (!this.news.leading || !this.news.place) return;
    session.lookAt(this.news.place);
    this.led = toAddress(session.place);
  }

  /** The address has changed: a presenter tells it; a follower who went there alone is followed no more. */
  moved(place: Place): void {
    if (this.presents && this.news.leading) this.tell();
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
    this.sent = '';
    this.tell();
  }

  private tell(): void {
    if (this.timer) return;
    const place = session.place, address = toAddress(place);
    if (address === this.sent) return;
    this.sent = address;
    lead(place, this.news.leading).catch((error: unknown) => session.fail(error));
    this.timer = setTimeout(() => { this.timer = undefined; this.moved(session.place); }, PAUSE);
  }
}

export const share = new Share();
