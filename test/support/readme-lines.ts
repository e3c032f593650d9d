/** A page in Markdown -> the command lines of its blocks of code, as words. */

/** Words of each command of a line; commands that a pipe joins follow each other. */
export type CommandLine = readonly (readonly string[])[];

export function commandLines(page: string, section: string): readonly CommandLine[] {
  const [, body = ''] = page.split(`\n## ${section}\n`);
  const [, block = ''] = body.split(/^```.*$/m);
  return linesOf(block);
}

/** Those of all blocks of code that begin with `crossloom`, behind a prompt or not. */
export function allCommandLines(page: string): readonly CommandLine[] {
  const blocks = [...page.matchAll(/^```(?:console|sh)?\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    linesOf(block.replaceAll(/^\$ /gm, '')).filter(([command]) => command?.[0] === 'crossloom'),
  );
}

function linesOf(block: string): readonly CommandLine[] {
  return block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(' | ').map(wordsOf));
}

/** As a shell splits them; nothing but quotes is special. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return words.map((word) => (/^['"]/.test(word) ? word.slice(1, -1) : word));
}
