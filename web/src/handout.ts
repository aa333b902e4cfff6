// The page as a hand-out: one file, unpacked by the few lines that carry it, with a recording inside.

import { mount } from 'svelte';
import { handout } from './api/handout';
import App from './App.svelte';
import Progress from './live/Progress.svelte';
import { notes } from './state/notes.svelte';
import { session } from './state/session.svelte';
import './look.css';

declare global {
  /** What the file holds, unpacked. */
  var glassformer: ArrayBuffer;
}

const target = document.getElementById('app')!, source = handout(glassformer);
session.begin(source);
notes.bring(source.notes ?? '');
target.replaceChildren();
mount(App, { target });
mount(Progress, { target });
