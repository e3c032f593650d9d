/** Every source file of the program, and what it imports: types too, and what it loads only when it is needed. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const files = ['src', 'passes'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => normalize(join(folder, file))),
);

export const textOf = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

export interface Import {
  readonly from: string;
  /** Path of one of our files, or name of a package. */
  readonly to: string;
}

export const imports = files.flatMap((from): Import[] =>
  [
    ...textOf
      .get(from)!
      .matchAll(/^\s*(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm),
  ].map((match) => {
    const to = match[1] ?? match[2] ?? match[3]!;
    return { from, to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to };
  }),
);
