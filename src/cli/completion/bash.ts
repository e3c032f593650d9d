/** Verbs -> a completion script for bash: flags and their words, and files everywhere else. */
import type { Flag, Verb } from './verbs.ts';

export function bashCompletion(program: Verb): string {
  const name = program.name;
  return `# bash completion of ${name}: source it, or put it into ~/.local/share/bash-completion/completions/${name}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${pathsOf(program)
  .map((path) => `      '${path}') path='${path}' ;;`)
  .join('\n')}
    esac
  done
  COMPREPLY=()
  local words='' value='' files=1
  case "$path" in
${all(program)
  .map(([path, verb]) => caseOf(path, verb))
  .join('\n')}
  esac
  if [[ $value ]]; then
    COMPREPLY=($(compgen -W "$value" -- "$cur"))
    return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ $files ]] && COMPREPLY+=($(compgen -f -- "$cur"))
}
complete -o filenames -F _${name} ${name}
`;
}

/** Every verb by the words that lead to it, each with a blank before it; '' is the program itself. */
function all(verb: Verb, path = ''): readonly (readonly [string, Verb])[] {
  return [[path, verb], ...verb.verbs.flatMap((inner) => all(inner, `${path} ${inner.name}`))];
}

const pathsOf = (program: Verb) => all(program).flatMap(([path]) => (path === '' ? [] : [path]));

function caseOf(path: string, { flags, verbs, takes, words }: Verb): string {
  const chosen = flags.filter(({ choices }) => choices.length > 0);
  const offered = [...verbs.map((inner) => inner.name), ...words, ...flags.flatMap(({ names }) => names)];
  return [
    `    '${path}')`,
    `      words='${offered.join(' ')}'${verbs.length > 0 && !takes ? " files=''" : ''}`,
    ...(chosen.length > 0 ? ['      case "$prev" in', ...chosen.map(wordsAfter), '      esac'] : []),
    '      ;;',
  ].join('\n');
}

const wordsAfter = ({ names, choices }: Flag) =>
  `        ${names.join('|')}) value='${choices.join(' ')}' ;;`;
