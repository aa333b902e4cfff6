// The told text in the reader's language: the very file of docs/, fetched when it is opened, packed.

import { language } from './language';

export async function story(): Promise<string> {
  const packed = (language === 'fr' ? await import('../../../docs/told.fr.md?packed') : await import('../../../docs/told.md?packed')).default;
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
}
