/** Verbs -> a completion script for zsh. */
import type { Flag, Verb } from './verbs.ts';

export function zshCompletion(program: Verb): string {
  return `#compdef ${program.name}
# zsh completion of ${program.name}: put it as _${program.name} into a folder of $fpath
${functionOf(program, `_${program.name}`)}
if [ "$funcstack[1]" = "_${program.name}" ]; then
  _${program.name} "$@"
else
  compdef _${program.name} ${program.name}
fi
`;
}

function functionOf(verb: Verb, name: string): string {
  const inner = verb.verbs.map((one) => functionOf(one, `${name}_${one.name}`)).join('');
  const flags = verb.flags.map((flag) => `    ${specOf(flag)}`);
  if (verb.verbs.length === 0)
    return `${inner}${name}() {
  _arguments -S \\
${[...flags, `    ${quoted(verb.words.length > 0 ? `*:place:(${verb.words.join(' ')})` : '*:file:_files')}`].join(' \\\n')}
}
`;
  const listed = verb.verbs.map((one) => `    ${quoted(`${one.name}:${plain(one.description)}`)}`);
  return `${inner}${name}() {
  local state
  local -a verbs=(
${listed.join('\n')}
  )
  _arguments -C -S \\
${[...flags, "    '1:verb:->verb'", "    '*::argument:->argument'"].join(' \\\n')}
  case $state in
    verb) _describe verb verbs${verb.takes ? '; _files' : ''} ;;
    argument)
      case $words[1] in
${verb.verbs.map((one) => `        ${one.name}) ${name}_${one.name} ;;`).join('\n')}${verb.takes ? '\n        *) _files ;;' : ''}
      esac ;;
  esac
}
`;
}

function specOf({ names, description, value, choices }: Flag): string {
  const said = `[${plain(description)}]`;
  const taken =
    value === undefined ? '' : `:${plain(value)}:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}`;
  const own = (name: string) => quoted(`*${name}${said}${taken}`);
  return names.map(own).join(' ');
}

/** Without what has a meaning in a specification. */
const plain = (text: string) => text.replace(/[\\[\]:]/g, (sign) => `\\${sign}`);
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
