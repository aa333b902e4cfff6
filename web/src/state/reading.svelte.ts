// Reading a text aloud, sentence by sentence, by a voice of this machine alone: one that another
// host speaks for is never taken.

import { language } from '../strings';

const speech = typeof speechSynthesis === 'undefined' ? null : speechSynthesis;

class Reading {
  /** Which sentence is being read, or would be. */
  at = $state(0);
  playing = $state(false);
  rate = $state(1);
  voice = $state.raw<SpeechSynthesisVoice | null>(null);
  private said: string[] = [];
  private utterance: SpeechSynthesisUtterance | null = null; // kept: some browsers forget one that nobody holds

  /** Be ready to read these sentences, until the function that comes back is called. */
  open(sentences: string[]): () => void {
    const look = (): void => { this.voice = speech?.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(language)) ?? null; };
    const stop = (): void => this.pause();
    [this.said, this.at] = [sentences, 0];
    look();
    speech?.addEventListener?.('voiceschanged', look);
    addEventListener('pagehide', stop);
    return () => {
      stop();
      speech?.removeEventListener?.('voiceschanged', look);
      removeEventListener('pagehide', stop);
    };
  }

  play(): void {
    if (this.at >= this.said.length) this.at = 0;
    this.playing = this.voice !== null;
    this.say();
  }

  /** Stop; the sentence that was being read will be read again. */
  pause(): void {
    this.playing = false;
    this.utterance = null;
    speech?.cancel();
  }

  /** Go on from another sentence, aloud if it was. */
  go(at: number): void {
    this.at = Math.min(this.said.length - 1, Math.max(0, at));
    if (this.playing) this.say();
  }

  hurry(rate: number): void {
    this.rate = rate;
    if (this.playing) this.say();
  }

  private say(): void {
    const text = this.said[this.at];
    this.utterance = null;
    speech?.cancel();
    if (!this.playing || text === undefined) { this.playing = false; return; }
    const utterance = new SpeechSynthesisUtterance(text);
    Object.assign(utterance, { voice: this.voice, lang: this.voice!.lang, rate: this.rate });
    utterance.onend = () => { if (utterance === this.utterance) { this.at++; this.say(); } };
    utterance.onerror = () => { if (utterance === this.utterance) this.pause(); };
    this.utterance = utterance;
    speech!.speak(utterance);
  }
}

export const reading = new Reading();
