// A head's habit in words.

import { headGrid, roleOf, type Part, type Role } from '../../core/attention';
import type { Tensor } from '../../core/safetensors';
import { percent } from '../../core/format';
import type { Names } from '../../state/chosen.svelte';
import { t } from '../../strings';

/** The roles of a tensor's heads; computed once. */
const known = new WeakMap<Tensor, Map<string, Role>>();
export function roleIn(tensor: Tensor, head: number, part: Part, gold: [number, number][] | null | undefined): Role {
  const roles = known.get(tensor) ?? known.set(tensor, new Map()).get(tensor)!, key = `${head} ${part} ${gold?.length ?? 0}`;
  return roles.get(key) ?? roles.set(key, roleOf(headGrid(tensor, head), part, gold ?? null)).get(key)!;
}

/** A place that writes looks with the word that it just read. */
const WRITING: Partial<Record<Role['habit'], string>> = { itself: 'read', before: 'readBefore' };

export function roleSaid(role: Role, names: Names): string {
  const said = t.attention.habits[names.writes ? WRITING[role.habit] ?? role.habit : role.habit]!(percent(role.share), role.key === null ? '' : names.columns[role.key] ?? '');
  return role.clear ? t.attention.does(said) : t.attention.leans(said);
}
