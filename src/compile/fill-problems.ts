/** Options and a target -> where they would fill more of an array than it has. */
import { optionInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';

type Used = Pick<CompileOptions, 'rowsUsed' | 'columnsUsed'>;

export function findFillProblems(options: CompileOptions, { array }: Target): Diagnostic[] {
  const problemsOf = (place: string, { rowsUsed = 1, columnsUsed = 1 }: Used) => [
    ...tooMany(`${place}rowsUsed: ${rowsUsed}`, rowsUsed, array.rows, 'rows'),
    ...tooMany(`${place}columnsUsed: ${columnsUsed}`, columnsUsed, array.columns, 'columns'),
  ];
  return [
    ...problemsOf('', options),
    ...options.layers.flatMap((layer) => problemsOf(`layers: '${layer.match}': `, layer)),
  ];
}

const tooMany = (place: string, used: number, there: number, lines: string) =>
  used > there ? [optionInvalid(place, `an array of the target has ${there} ${lines}`)] : [];
