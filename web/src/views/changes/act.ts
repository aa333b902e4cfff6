// What the switches do: the list of changes with one more, or one less.

import type { Change } from '../../api/source';
import { toggled, without, withChange } from '../../core/changes';
import { session } from '../../state/session.svelte';

export function toggle(change: Change): void {
  session.setChanges(toggled(session.changes, change));
}

/** Multiply by a number; by 1 is no change. A slider makes no steps back in the browser. */
export function scaled(change: Change): void {
  const changes = change.scale === 1 ? without(session.changes, change) : withChange(session.changes, change);
  session.go({ changes: changes.length ? JSON.stringify(changes) : null }, false);
}
