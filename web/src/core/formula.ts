// A step as a line of arithmetic over the names of what goes in.

import type { Entry, Json, Source } from './graph';
import { number } from './format';
import { called } from './names';
import { t } from '../strings';

const SIGNS: Record<string, string> = { add: '+', sub: '−', mul: '×', div: '÷', matmul: '·', ne: '≠', le: '≤', bitwise_and: '∧' };

function argument(entry: Entry, position: number, name: string): Json | undefined {
  const given = entry.constants[0] as Json[] | undefined;
  return given?.[position] ?? (entry.constants[1] as Record<string, Json> | undefined)?.[name];
}

function operand(entry: Entry, entries: Entry[], value: Json | undefined): string {
  if (typeof value === 'number') return number(value);
  if (typeof value === 'object' && value !== null && 'input' in value) {
    const source = entry.inputs[(value as { input: number }).input]!;
    return short(entries[source.entry]!) + (turned(source) ? 'ᵀ' : '');
  }
  return typeof value === 'object' && value !== null && 'float' in value ? String((value as { float: string }).float).replace('-inf', '−∞') : String(value ?? '');
}

const turned = (source: Source): boolean => source.through.length === 1 && source.through[0]![0] === 'transpose';

/** A parameter goes by the letter that formulas have for it, a value by its name. */
export function short(entry: Entry): string {
  if (entry.kind === 'parameter') return entry.shape.length > 1 ? (/embedding|tokens|output_matrix$/.test(entry.path) ? 'E' : 'W') : entry.path.includes('norm') ? (entry.path.endsWith('weight') ? 'gain' : 'bias') : 'b';
  return called(entry.path).replace(/ \(.*\)$/, '');
}

export function formulaOf(entry: Entry, entries: Entry[]): string {
  const a = operand(entry, entries, argument(entry, 0, 'input')), sign = SIGNS[entry.operator];
  if (sign) return `${a} ${sign} ${operand(entry, entries, argument(entry, 1, 'other'))}`;
  const first = entry.inputs[0] ? short(entries[entry.inputs[0].entry]!) : '';
  switch (entry.operator) {
    case '': return first ? t.network.same(first) : '';
    case 'linear': return `${first} · ${short(entries[entry.inputs[1]!.entry]!)}${entry.inputs.length > 2 ? ' + b' : ''}`;
    case 'softmax': return `softmax(${first})`;
    case 'relu': return `max(0, ${first})`;
    case 'embedding': return t.network.rowOfTable;
    case 'layer_norm': return t.network.layerNorm;
    case 'masked_fill': return t.network.maskedFill(a, operand(entry, entries, argument(entry, 2, 'value')));
    case 'bitwise_not': return t.network.not(a);
    default: return `${entry.operator}(${entry.inputs.map((source) => short(entries[source.entry]!)).join(', ')})`;
  }
}

/** Whether an index takes all there is and only adds an axis. */
function widens(constants: Json[]): boolean {
  const given = (constants[0] as Json[])[1], parts = Array.isArray(given) ? given : [given];
  const whole = (part: Json | undefined): boolean => part === null || (typeof part === 'object' && ('ellipsis' in part || ('slice' in part && (part['slice'] as Json[]).every((one) => one === null))));
  return parts.includes(null) && parts.every(whole);
}

/** What happens to a value on its way along an edge, in words; nothing where nothing does. */
export function onTheWay(source: Source['through']): string {
  const names = source.map(([name, constants]) => (name === '__getitem__' && widens(constants) ? 'unsqueeze' : name));
  const known = t.network.ways[names.join(' ')];
  return known ?? names.map((name) => t.network.ways[name] ?? name).join(', ');
}
