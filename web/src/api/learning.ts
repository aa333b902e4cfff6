// What the program tells of how a model learned, or learns at this moment.

export interface Learning {
  updates: number; finished: boolean; running: boolean; rows: { step: number; loss: number; learning_rate: number }[];
  evaluations: { step: number; loss: number; sample: string | null }[]; sample: string | null; snapshots: number[]; warmup: number; peak: number;
}
export interface Space { tokens: { id: number; piece: string; kind: string | null }[]; xy: [number, number][]; variance: [number, number] }
