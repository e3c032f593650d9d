/** Diagnostics about reports of earlier runs. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

/** @param verb that prints such reports */
export const reportUnreadable = (path: string, verb: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    `a report of \`crossloom ${verb} --json\``,
    error('report/unreadable', path, [
      `this is not a report that can be read (${reasonOf(why)})`,
      `Make it again with \`crossloom ${verb} --json\` of this version.`,
    ]),
  );

export const reportWrongPackage = (path: string, expected: string, got: string): Diagnostic =>
  error('report/wrong-package', path, [
    `this report is of another package (bitstream ${got.slice(0, 12)}, package ${expected.slice(0, 12)})`,
    'Give a report of this package, or the package of the report.',
  ]);
