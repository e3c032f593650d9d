/** What is said of data and models without classes: there is no accuracy to explain. */
import type { Dataset } from '../data/dataset.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';

/** @throws DiagnosticError options/invalid */
export function raiseNoClasses({ path }: Dataset): void {
  raise([
    optionInvalid(
      path,
      'the scored output is no list of classes, so there is no accuracy to explain',
      'Choose another output with --score-output.',
    ),
  ]);
}
