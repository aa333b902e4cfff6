// The views that open beneath the sentence, each fetched when it is first opened.

import type { Component } from 'svelte';
import { t } from '../strings';

/** `any`: it speaks of any module, not only of models that read words. `needs`: what it asks of the program, where it runs the model anew. */
export interface View { id: string; title: string; load: () => Promise<{ default: Component }>; any?: true; needs?: string }

export const VIEWS: View[] = [
  { id: 'network', title: t.views.network, load: () => import('./Network.svelte'), any: true },
  { id: 'attention', title: t.views.attention, load: () => import('./attention/Attention.svelte'), any: true },
  { id: 'changes', title: t.views.changes, load: () => import('./changes/Changes.svelte'), needs: 'api/trials' },
  { id: 'compare', title: t.views.compare, load: () => import('./Compare.svelte') },
  { id: 'writing', title: t.views.writing, load: () => import('./writing/Writing.svelte') },
  { id: 'learning', title: t.views.learning, load: () => import('./learning/Learning.svelte'), needs: 'api/learning' },
  { id: 'training', title: t.views.training, load: () => import('./learning/TrainingStep.svelte'), needs: 'api/nudge' },
  { id: 'words', title: t.views.words, load: () => import('./lenses/Words.svelte') },
  { id: 'positions', title: t.views.positions, load: () => import('./lenses/Positions.svelte') },
  { id: 'neurons', title: t.views.neurons, load: () => import('./lenses/Neurons.svelte') },
  { id: 'parameters', title: t.views.parameters, load: () => import('./lenses/Parameters.svelte') },
  { id: 'tokens', title: t.views.tokens, load: () => import('./lenses/Made.svelte') },
  { id: 'score', title: t.views.score, load: () => import('./lenses/Score.svelte') },
  { id: 'scale', title: t.views.scale, load: () => import('./lenses/Scale.svelte'), needs: 'api/timing' },
  { id: 'kin', title: t.views.kin, load: () => import('./lenses/Kin.svelte'), needs: 'api/variants' },
  { id: 'tours', title: t.views.tours, load: () => import('./tours/Tours.svelte') },
  { id: 'told', title: t.views.told, load: () => import('./told/Told.svelte'), any: true },
  { id: 'ideas', title: t.views.ideas, load: () => import('./ideas/Ideas.svelte') },
  { id: 'paper', title: t.views.paper, load: () => import('./paper/Paper.svelte') },
  { id: 'pins', title: t.views.pins, load: () => import('./pins/Pins.svelte'), any: true },
  { id: 'checks', title: t.views.checks, load: () => import('./Checks.svelte'), any: true },
];
