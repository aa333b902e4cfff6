// A head's habit in words.

import type { Role } from '../../core/attention';
import { percent } from '../../core/format';
import type { Names } from '../../state/chosen.svelte';
import { en } from '../../strings/en';

/** A place that writes looks with the word that it just read. */
const WRITING: Partial<Record<Role['habit'], string>> = { itself: 'read', before: 'readBefore' };

export function roleSaid(role: Role, names: Names): string {
  const said = en.attention.habits[names.writes ? WRITING[role.habit] ?? role.habit : role.habit]!(percent(role.share), role.key === null ? '' : names.columns[role.key] ?? '');
  return role.clear ? en.attention.does(said) : en.attention.leans(said);
}
