/** Several pieces of work that do not need each other -> the results of all, or the problems of all that fail, together. */
import { type Diagnostic, DiagnosticError } from './diagnostic.ts';

/** @throws DiagnosticError with every problem, in the order of the work; another error before any problem */
export async function together<T extends readonly unknown[]>(
  ...work: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  const settled = await Promise.allSettled(work);
  const problems: Diagnostic[] = [];
  for (const one of settled) {
    if (one.status === 'fulfilled') continue;
    if (!(one.reason instanceof DiagnosticError)) throw one.reason;
    problems.push(...one.reason.diagnostics);
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return settled.map((one) => (one as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
