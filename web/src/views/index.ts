// The views that open beneath the sentence, each fetched when it is first opened.

import type { Component } from 'svelte';
import { en } from '../strings/en';

/** `any`: it speaks of any module, not only of models that read words. */
export interface View { id: string; title: string; load: () => Promise<{ default: Component }>; any?: true }

export const VIEWS: View[] = [
  { id: 'network', title: en.views.network, load: () => import('./Network.svelte'), any: true },
  { id: 'attention', title: en.views.attention, load: () => import('./attention/Attention.svelte'), any: true },
  { id: 'changes', title: en.views.changes, load: () => import('./changes/Changes.svelte') },
  { id: 'compare', title: en.views.compare, load: () => import('./Compare.svelte') },
  { id: 'writing', title: en.views.writing, load: () => import('./writing/Writing.svelte') },
  { id: 'learning', title: en.views.learning, load: () => import('./learning/Learning.svelte') },
  { id: 'training', title: en.views.training, load: () => import('./learning/TrainingStep.svelte') },
  { id: 'words', title: en.views.words, load: () => import('./lenses/Words.svelte') },
  { id: 'positions', title: en.views.positions, load: () => import('./lenses/Positions.svelte') },
  { id: 'neurons', title: en.views.neurons, load: () => import('./lenses/Neurons.svelte') },
  { id: 'parameters', title: en.views.parameters, load: () => import('./lenses/Parameters.svelte') },
  { id: 'tokens', title: en.views.tokens, load: () => import('./lenses/Made.svelte') },
  { id: 'score', title: en.views.score, load: () => import('./lenses/Score.svelte') },
  { id: 'scale', title: en.views.scale, load: () => import('./lenses/Scale.svelte') },
  { id: 'kin', title: en.views.kin, load: () => import('./lenses/Kin.svelte') },
  { id: 'ideas', title: en.views.ideas, load: () => import('./ideas/Ideas.svelte') },
  { id: 'pins', title: en.views.pins, load: () => import('./pins/Pins.svelte'), any: true },
  { id: 'checks', title: en.views.checks, load: () => import('./Checks.svelte'), any: true },
];
