/** Questions on the terminal, one line each. */
import { createInterface } from 'node:readline';
import { Interrupted } from './interrupted.ts';

export interface Questions {
  /** @throws Interrupted on Ctrl-C, and at the end of the input */
  readonly ask: (question: string) => Promise<string>;
  readonly close: () => void;
}

/** Lines that come before they are asked for wait. */
export function openQuestions(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Questions {
  const lines = createInterface({ input, output });
  const waiting: string[] = [];
  let asked: { readonly answer: (line: string) => void; readonly stop: () => void } | undefined;
  let stopped = false;
  lines.on('line', (line) => {
    if (!asked) return void waiting.push(line);
    const { answer } = asked;
    asked = undefined;
    answer(line);
  });
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => {
    stopped = true;
    asked?.stop();
  });
  return {
    ask: (question) =>
      new Promise((answer, reject) => {
        const stop = () => reject(new Interrupted());
        const line = waiting.shift();
        lines.setPrompt(question);
        if (line !== undefined) return answer(line);
        if (stopped) return stop();
        asked = { answer, stop };
        lines.prompt();
      }),
    close: () => lines.close(),
  };
}
