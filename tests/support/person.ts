import type { Asker, Question } from '../../src/main/ssh/ask.ts';

/** Somebody who answers at once, as a test says. */
export interface Person extends Asker {
  /** What was asked, in order. */
  readonly asked: readonly Question[];
  /** What was told to be wrong. */
  readonly wrongs: readonly string[];
}

/** `answer` gets the question and how often its key was asked before. */
export function person(answer: (question: Question, before: number) => readonly string[] | undefined): Person {
  const asked: Question[] = [];
  const wrongs: string[] = [];
  return {
    asked,
    wrongs,
    async ask(question, { check, signal }) {
      signal.throwIfAborted();
      for (;;) {
        const answers = answer(question, asked.filter(({ key }) => key === question.key).length);
        asked.push(question);
        if (answers === undefined || (await check?.(answers)) === undefined) return answers;
      }
    },
    wrong: (key) => void wrongs.push(key),
  };
}
