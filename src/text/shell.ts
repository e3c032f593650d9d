/** Arguments -> one line that a shell takes for the same arguments. */

/** What no shell reads a meaning into. */
const plain = /^[\w@%+=:,./-]+$/;

export function shellCommand(args: readonly string[]): string {
  return args.map((arg) => (plain.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ');
}
