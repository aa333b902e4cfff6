// What is being computed that takes a while, in a sentence.

class Progress {
  private told = $state.raw(new Map<object, string>());

  get text(): string | null { return [...this.told.values()].at(-1) ?? null; }

  tell(work: object, said: string): void {
    if (this.told.get(work) !== said) this.told = new Map([...this.told, [work, said]]);
  }

  end(work: object): void {
    if (this.told.has(work)) this.told = new Map([...this.told].filter(([one]) => one !== work));
  }
}

export const progress = new Progress();
