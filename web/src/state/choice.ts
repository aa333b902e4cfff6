// The chosen position in the text, the same for all that is open; it lives in the address.

import { session } from './session.svelte';

export const chosenRow = (): number => Number(session.place['row'] ?? 0);
export const chooseRow = (row: number): void => session.go({ row }, false);
