// The told text in the reader's language: the very file of docs/, fetched when it is opened.

import { language } from './language';

export const story = async (): Promise<string> => (language === 'fr' ? await import('../../../docs/told.fr.md?raw') : await import('../../../docs/told.md?raw')).default;
