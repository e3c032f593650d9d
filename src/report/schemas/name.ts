/** How what `--json` prints names its form, without the schemas of all forms. */

/** What a report says of its form; a form that breaks readers of an earlier one gets another number. */
export const schemaOf = (name: string): string => `crossloom/${name}/1`;

/** A report with the name of its form before it. */
export function named<Body extends object>(name: string, report: Body) {
  return { schema: schemaOf(name), ...report };
}
