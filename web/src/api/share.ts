// Looking at one page together: who I am there, where the presenter is, and leading.

import { server } from './server';
import type { Place } from '../core/address';
import type { Stroke } from '../core/drawing';

/** `place` is the presenter's while others are led; `number` counts its changes. */
export interface News { number: number; leading: boolean; place: Place | null; followers: number }
/** What is new of the presenter's drawing on a page: so many strokes stay, then come these; `more`: and then others, and it is shown when all have come. */
export interface Drawn { spot: string; keep: number; strokes: Stroke[]; more?: boolean }
export interface About extends News { role: 'presenter' | 'follower'; addresses?: string[]; picture?: string | null }

/** How the open page is shared; null where it is not. */
export const about = (): Promise<About | null> => server.ask<About | null>('api/share');
export const lead = (place: Place, leading: boolean): Promise<News> => server.ask<News>('api/share/lead', { place, leading });

export const draw = (drawn: Drawn): Promise<null> => server.ask<null>('api/share/draw', drawn);

/** Hear of every change until the returned function is called; a broken line is taken up again. */
export function listen(hear: (news: News) => void, see: (drawn: Drawn) => void): () => void {
  const stream = new EventSource('api/share/events');
  stream.onmessage = (event) => hear(JSON.parse(event.data as string) as News);
  stream.addEventListener('drawn', (event) => see(JSON.parse((event as MessageEvent).data as string) as Drawn));
  return () => stream.close();
}
