/** What a class of the campaign is: where its inputs come from, how they are mutated, and what is done with one. */
import type { Random } from './random.ts';

/** The files of one input by their names. */
export type Input = ReadonlyMap<string, Uint8Array>;

/** A class with what it needs at hand. */
export interface OpenClass {
  /** Small valid inputs. */
  readonly corpus: readonly Input[];
  /** One mutation more. */
  mutate(random: Random, input: Input): Input;
  /**
   * Does with the input what a user would.
   * @throws whatever comes of it: `judge` says what that means; Inconsistency where a result contradicts another
   */
  execute(input: Input): Promise<void>;
}

/** A module exports it as `fuzzClass`. */
export interface FuzzClass {
  readonly name: string;
  /** `import.meta.url` of the module: workers load it. */
  readonly module: string;
  /** @param scratch a folder for files, empty before */
  open(scratch: string): Promise<OpenClass>;
}

/** The input with another file in place of one, or beside them. */
export function withFile(input: Input, name: string, bytes: Uint8Array): Input {
  return new Map([...input, [name, bytes]]);
}

/** A mutation of one file of an input; a file that is not there stays so. */
export function changeFile(input: Input, name: string, change: (bytes: Uint8Array) => Uint8Array): Input {
  const bytes = input.get(name);
  return bytes ? withFile(input, name, change(bytes)) : input;
}
