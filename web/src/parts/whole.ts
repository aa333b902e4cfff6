// A whole view as a file: its tables as CSV, and what stands on the screen as one SVG. The parts that
// show one value each save that value themselves, as vectors.

const KEPT = [
  'align-items', 'background-color', 'background-image', 'border-bottom', 'border-collapse', 'border-left', 'border-radius', 'border-right', 'border-top', 'box-sizing', 'color',
  'display', 'fill', 'flex-direction', 'flex-wrap', 'font-family', 'font-size', 'font-style', 'font-variant-numeric', 'font-weight', 'gap', 'grid-template-columns', 'height',
  'justify-content', 'left', 'line-height', 'list-style', 'margin', 'opacity', 'outline', 'outline-offset', 'overflow', 'padding', 'position', 'stroke', 'stroke-dasharray', 'stroke-width',
  'text-align', 'text-anchor', 'text-decoration', 'top', 'transform', 'vertical-align', 'white-space', 'width', 'writing-mode',
];

/** Every table, a line a row, with numbers in full precision; an empty line between two tables. */
export function tablesOf(view: ParentNode): string {
  const cell = (one: Element): string => {
    const exact = one.getAttribute('data-value') ?? one.querySelector('[data-value]')?.getAttribute('data-value');
    const text = exact ?? (one.textContent ?? '').trim().replace(/\s+/g, ' ');
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = (table: Element): string => [...table.querySelectorAll('tr')].map((row) => [...row.querySelectorAll('th, td')].map(cell).join(',')).join('\n');
  return [...view.querySelectorAll('table')].map(rows).join('\n\n');
}

/** What the view looks like now, with its look written into it. */
export function svgOf(view: HTMLElement): string {
  const { width, height } = view.getBoundingClientRect(), copy = view.cloneNode(true) as HTMLElement;
  const originals = [view, ...view.querySelectorAll('*')], copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((original, i) => {
    const style = getComputedStyle(original), target = copies[i]!;
    target.setAttribute('style', KEPT.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';'));
    if (original instanceof HTMLCanvasElement) {
      const image = document.createElement('img');
      image.setAttribute('style', target.getAttribute('style')!);
      image.src = original.toDataURL();
      target.replaceWith(image);
    }
  });
  const paper = getComputedStyle(document.body).backgroundColor;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${paper}"/><foreignObject width="100%" height="100%">${new XMLSerializer().serializeToString(copy)}</foreignObject></svg>`;
}
