// The colours that pictures of attention are drawn in, as they are now.

import { look } from '../../state/look.svelte';

export const inkOf = (): { ink: string; quiet: string; line: string; paper: string; accent: string } => {
  const colours = look.colours;
  return { ink: colours['--ink'], quiet: colours['--quiet'], line: colours['--line'], paper: colours['--paper'], accent: colours['--accent'] };
};
