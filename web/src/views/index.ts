// The views that open beneath the sentence, each fetched when it is first opened.

import type { Component } from 'svelte';
import { en } from '../strings/en';

export interface View { id: string; title: string; load: () => Promise<{ default: Component }> }

export const VIEWS: View[] = [
  { id: 'network', title: en.views.network, load: () => import('./Network.svelte') },
  { id: 'writing', title: en.views.writing, load: () => import('./writing/Writing.svelte') },
  { id: 'learning', title: en.views.learning, load: () => import('./learning/Learning.svelte') },
];
