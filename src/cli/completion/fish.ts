/** Verbs -> a completion script for fish. */
import type { Flag, Verb } from './verbs.ts';

export function fishCompletion(program: Verb): string {
  return `# fish completion of ${program.name}: put it into ~/.config/fish/completions/${program.name}.fish
${linesOf(program, program.name, []).join('\n')}
`;
}

/** @param path words that lead to the verb */
function linesOf(verb: Verb, name: string, path: readonly string[]): readonly string[] {
  const here = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const inner = verb.verbs.map((one) => one.name);
  const none = inner.length > 0 ? [`not __fish_seen_subcommand_from ${inner.join(' ')}`] : [];
  const when = (conditions: readonly string[]) =>
    conditions.length > 0 ? ` -n '${conditions.join('; and ')}'` : '';
  const say = (text: string) => `complete -c ${name}${text}`;
  return [
    ...verb.verbs.map((one) =>
      say(
        `${when([...here, ...none])} ${verb.takes ? '' : '-f '}-a ${one.name} -d ${quoted(one.description)}`,
      ),
    ),
    ...(verb.words.length > 0 ? [say(`${when([...here, ...none])} -a ${quoted(verb.words.join(' '))}`)] : []),
    ...verb.flags.map((flag) => say(`${when([...here, ...none])}${flagText(flag)}`)),
    ...verb.verbs.flatMap((one) => linesOf(one, name, [...path, one.name])),
  ];
}

function flagText({ names, description, value, choices }: Flag): string {
  const words = names.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  const taken = value === undefined ? '' : choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r';
  return ` ${words.join(' ')}${taken} -d ${quoted(description)}`;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
