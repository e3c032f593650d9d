/** `crossloom targets`: lists the bundled targets, shows one with the origin of every value, checks and makes files. */
import type { Command } from 'commander';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';
import { addVerbs, type Verb, type Words } from './verb.ts';

const verbs: readonly Verb[] = [
  {
    name: 'list',
    takes: '[options]',
    description: 'list the bundled targets',
    isDefault: true,
    load: async () => (await import('./targets/list.ts')).declareList,
  },
  {
    name: 'show',
    takes: '[options] <target>',
    description: 'show every field of a target, with its value and where that comes from',
    load: async () => (await import('./targets/show.ts')).declareShow,
  },
  {
    name: 'check',
    takes: '[options] <file>',
    description: 'check a target file and report every problem in it',
    load: async () => (await import('./targets/check.ts')).declareCheck,
  },
  {
    name: 'new',
    takes: '[options]',
    description: 'write the file of a chip of your own: asks for its numbers, or takes them from flags',
    load: async () => (await import('./targets/new.ts')).declareNewTarget,
  },
  {
    name: 'import',
    takes: '[options] <file>',
    description:
      'write a target file from the parameters of another tool, and say what of them it cannot hold',
    load: async () => (await import('./targets/import.ts')).declareImportTarget,
  },
  {
    name: 'staircase',
    takes: '[options] <target>',
    description: 'transfer every digit of a chip with hidden planes, and show the spread by error source',
    load: async () => (await import('./targets/staircase.ts')).declareStaircase,
  },
];

export async function declareTargets(command: Command, io: Io, words: Words): Promise<void> {
  withExamples(
    command,
    'crossloom targets',
    'crossloom targets show tetramem-256-6bit',
    'crossloom targets check chip.yaml',
  );
  await addVerbs(command, io, verbs, words);
}
