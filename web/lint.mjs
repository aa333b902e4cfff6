// What a page of this house never does: node lint.mjs [FOLDER]. Prints file:line for each offence.

import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'svelte/compiler';

const HOME = `${process.argv[2] ?? new URL('./src', import.meta.url).pathname}/`;
const SPOKEN = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'label']);
const SIZES = new Set(['13px', '15px', '18px', '22px', '28px', 'inherit']);
const AXES = /^(?:(?:batch|head|query|key|position|feature|vocabulary)\b ?)+$/;
const SENTENCE = /\p{L}{2,}[,;:]? \p{L}+[,;:]? \p{L}{2,}/u;

// What may stand nowhere, or only in one folder: pattern, the folder, what to do instead.
const PATTERNS = [
  [/Math\.random\b/g, null, 'no number is drawn at random: ask the program'],
  [/(?<![.\w]|async )fetch\(|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b/g, 'api/', 'requests are made in api/ alone'],
  [/\b(?:https?|wss?):\/\/(?!www\.w3\.org\/)|url\(['"]?\/\//g, null, 'no other host is asked for anything'],
  [/\bsession\.\w+ (?:=|[-+*/|&?]{1,2}=) |\bsession\.\w+(?:\+\+|--)/g, 'state/', 'state is changed in state/ alone'],
  [/from '[.\/]+strings\/\w+'/g, 'strings/', 'a language is imported in strings/ alone: take t from strings'],
];

const offences = [];

function lint(name) {
  const text = readFileSync(HOME + name, 'utf8');
  const say = (at, what) => offences.push(`${HOME}${name}:${text.slice(0, at).split('\n').length} ${what}`);
  for (const [pattern, folder, what] of PATTERNS) {
    if (folder && name.startsWith(folder)) continue;
    for (const found of text.matchAll(pattern)) say(found.index, `${found[0].trim()}: ${what}`);
  }
  for (const found of text.matchAll(/\bfont(?:-size)?["']?\s*[:=]\s*["'`{]*([^;"'`}]*)/g)) {
    for (const size of found[1].match(/\b[\d.]+(?:px|r?em|pt|%|v[wh])/g) ?? []) {
      if (!SIZES.has(size.replace(/\/.*/, ''))) say(found.index, `${size}: text is 13, 15, 18, 22 or 28 px`);
    }
  }
  if (name.endsWith('.css')) return;
  const before = name.endsWith('.ts') ? '<script lang="ts">' : '';
  const root = parse(before + text + (before && '</script>'), { modern: true });
  for (const [value, at, where] of words(root)) {
    const place = at - before.length;
    if (name.startsWith('strings/')) {
      if (/\bweights?\b/i.test(value)) say(place, `“${value}”: learned numbers are parameters, softmax outputs are attention`);
      if (name.endsWith('/fr.ts') && /\bpoids\b/i.test(value)) say(place, `“${value}”: learned numbers are « paramètres », softmax outputs « attention »`);
      if (name.endsWith('/fr.ts') && /« | [»:;?!%]/.test(value)) say(place, `“${value}”: a no-break space belongs inside « » and before : % (U+00A0), before ; ? ! (U+202F)`);
    } else if (where === 'code' ? SENTENCE.test(value) && !AXES.test(value) : /\p{L}{2,}/u.test(value)) {
      say(place, `“${value.trim()}”: what the reader sees stands in strings/`);
    }
  }
}

/** Every text that may be seen: [text, where it starts, "code", "markup" or "attribute"]. */
function* words(node, key = '', parent = null) {
  if (Array.isArray(node)) for (const one of node) yield* words(one, key, parent);
  if (!node || typeof node.type !== 'string') return;
  if (['Comment', 'StyleSheet', 'ImportDeclaration', 'ImportExpression', 'TSLiteralType', 'StyleDirective'].includes(node.type)) return;
  if (node.type === 'Text') yield [node.data, node.start, 'markup'];
  if (node.type === 'Literal' && typeof node.value === 'string' && !(key === 'key' && parent.type === 'Property')) yield [node.value, node.start, 'code'];
  if (node.type === 'TemplateElement') yield [node.value.cooked, node.start, 'code'];
  if (node.type === 'Attribute') {
    for (const part of [node.value].flat()) {
      if (part.type !== 'Text') yield* words(part, 'value', node);
      else if (SPOKEN.has(node.name)) yield [part.data, part.start, 'attribute'];
    }
    return;
  }
  for (const [name, child] of Object.entries(node)) {
    if (child && typeof child === 'object' && !['loc', 'metadata', 'css', 'typeAnnotation'].includes(name)) yield* words(child, name, node);
  }
}

const files = readdirSync(HOME, { recursive: true }).filter((name) => /\.(ts|svelte|css)$/.test(name) && !name.includes('.test.'));
files.sort().forEach(lint);
if (offences.length) {
  console.error(offences.join('\n'));
  process.exit(1);
}
