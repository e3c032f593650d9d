/** Words -> a line that a POSIX shell takes apart into the same words, so that printed commands work when they are pasted. */

/** One word, in single quotes where it has characters that mean something to a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
