// A told text as the page reads it: chapters of paragraphs of sentences, from the Markdown that it is
// written in. Nothing of Markdown is known here but headings and *emphasis*.

/** A run of a sentence, emphasised or not. */
export interface Run { text: string; strong: boolean }
/** A sentence, with its place among all of the story. */
export interface Sentence { at: number; runs: Run[]; said: string }
export interface Chapter { title: string; paragraphs: Sentence[][] }
export interface Story { title: string; chapters: Chapter[]; sentences: Sentence[] }

const END = /(?<=[.!?]\*?) +(?=[\p{Lu}*])/u;

export function storyOf(markdown: string): Story {
  const story: Story = { title: '', chapters: [{ title: '', paragraphs: [] }], sentences: [] };
  for (const block of markdown.split(/\n\s*\n/).map((one) => one.trim()).filter(Boolean)) {
    if (block.startsWith('# ')) story.title = block.slice(2);
    else if (block.startsWith('## ')) story.chapters.push({ title: block.slice(3), paragraphs: [] });
    else story.chapters.at(-1)!.paragraphs.push(block.split(END).map((one) => {
      const sentence = { at: story.sentences.length, runs: runsOf(one), said: one.replaceAll('*', '') };
      story.sentences.push(sentence);
      return sentence;
    }));
  }
  return story;
}

function runsOf(text: string): Run[] {
  return text.split('*').map((run, i) => ({ text: run, strong: i % 2 === 1 })).filter((run) => run.text !== '');
}
