// What a hand-out says that has the model in it. No other page needs it: it is in no language's file.

export const english = {
  here: 'The model itself is in this file: type any sentence, change any word, cut what you like. Training, checks, scores, speed and other builds need the program: glassformer explore.',
  needs: (title: string): string => `“${title}” needs the program, which this file has not. With Glassformer installed: glassformer explore`,
  no: 'This file holds the model, but not the whole program: this needs Glassformer installed: glassformer explore',
  works: 'The model is running in this page …',
  written: (tokens: number): string => (tokens === 1 ? '1 token is written' : `${tokens} tokens are written`),
  tried: (done: number, all: number): string => `${done} of ${all} changes are tried`,
  empty: 'There is no word to read: type a sentence.',
  control: (code: string): string => `There is a sign in it that no text has (U+${code}): take it out.`,
  long: (tokens: number, most: number): string => `That makes ${tokens} tokens, and this file reads ${most} at most (the end counts as one): take a shorter one.`,
};

export const french: typeof english = {
  here: 'Le modèle lui-même est dans ce fichier : tapez n’importe quelle phrase, changez n’importe quel mot, coupez ce que vous voulez. Pour l’apprentissage, les contrôles, les scores, la vitesse et d’autres constructions, il faut le programme : glassformer explore.',
  needs: (title) => `Pour « ${title} », il faut le programme, que ce fichier ne contient pas. Avec Glassformer installé : glassformer explore`,
  no: 'Ce fichier contient le modèle, mais pas tout le programme : il faut Glassformer installé : glassformer explore',
  works: 'Le modèle tourne dans cette page…',
  written: (tokens) => (tokens === 1 ? '1 token est écrit' : `${tokens} tokens sont écrits`),
  tried: (done, all) => (done === 1 ? `1 modification essayée sur ${all}` : `${done} modifications essayées sur ${all}`),
  empty: 'Il n’y a pas de mot à lire : tapez une phrase.',
  control: (code) => `Il s’y trouve un signe qu’aucun texte ne contient (U+${code}) : enlevez-le.`,
  long: (tokens, most) => `Cela fait ${tokens} tokens, et ce fichier en lit ${most} au plus (la fin en est un) : prenez-en moins.`,
};
