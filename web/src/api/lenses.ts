// What the program tells of words, positions, scores and speed beside the traces.

import type { Token } from '../core/graph';
export type { Space } from './learning';

export interface Neighbours { token: Token; nearest: { id: number; piece: string; cosine: number; dot: number }[] }
/** Pairs of words that differ in one thing, and where the difference puts each word of the pair. */
export interface Directions { directions: { name: string; pairs: [string, string][]; along: [number, number][]; others?: number[] }[] }
export interface Positions { rows: number[][]; file: string; line: number }
export interface LowRank { singular: number[]; rank: number }
export interface Made { words: { text: string; unknown: boolean; steps: string[][]; pieces: Token[] }[] }
export interface Score {
  bleu: number; chrf: number; brevity: number; signature: string;
  ngrams: { n: number; matched: number; total: number; items: { text: string; count: number; matched: number }[] }[];
}
export interface Timing { together_ms: number; one_by_one_ms: number[] }
