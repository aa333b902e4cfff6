// The sentence with its ribbons as a drawing: what stands on the page, where it stands.

import { escaped } from '../../core/export';
import type { Colours } from '../../state/look.svelte';

const MARGIN = 24;

export function pictureOf(frame: HTMLElement, colours: Colours): string {
  const box = frame.getBoundingClientRect();
  const ribbons = [...frame.querySelectorAll('svg path')].map((path) =>
    `<path d="${path.getAttribute('d')}" stroke-width="${path.getAttribute('stroke-width')}" fill="none" stroke="${colours['--ink']}" opacity="0.72"/>`);
  const texts: string[] = [];
  const nodes = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) texts.push(textOf(nodes.currentNode as Text, box, colours));
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, sans-serif"><rect width="100%" height="100%" fill="${colours['--paper']}"/>`
    + `<g transform="translate(${MARGIN} ${MARGIN})">${ribbons.join('')}${texts.join('')}</g></svg>`;
}

function textOf(node: Text, box: DOMRect, colours: Colours): string {
  const owner = node.parentElement!, range = document.createRange();
  range.selectNodeContents(node);
  const at = range.getBoundingClientRect(), text = node.data.trim();
  if (!text || !at.width || owner.closest('[data-control]')) return '';
  const style = getComputedStyle(owner), size = parseFloat(style.fontSize);
  const halo = `paint-order="stroke" stroke="${colours['--paper']}" stroke-width="5"`;
  return `<text x="${at.left - box.left}" y="${at.top - box.top + at.height / 2 + size * 0.36}" font-size="${size}" font-weight="${style.fontWeight}" fill="${style.color}" ${halo}>${escaped(text)}</text>`;
}
