// Looking at one page together: who I am there, where the presenter is, and leading.

import { server } from './server';
import type { Place } from '../core/address';

/** `place` is the presenter's while others are led; `number` counts its changes. */
export interface News { number: number; leading: boolean; place: Place | null; followers: number }
export interface About extends News { role: 'presenter' | 'follower'; addresses?: string[]; picture?: string | null }

/** How the open page is shared; null where it is not. */
export const about = (): Promise<About | null> => server.ask<About | null>('api/share');
export const lead = (place: Place, leading: boolean): Promise<News> => server.ask<News>('api/share/lead', { place, leading });

/** Hear of every change until the returned function is called; a broken line is taken up again. */
export function listen(hear: (news: News) => void): () => void {
  const stream = new EventSource('api/share/events');
  stream.onmessage = (event) => hear(JSON.parse(event.data as string) as News);
  return () => stream.close();
}
