/** Steps of a stage: each runs one pass on a part of what there is, and adds what the pass made to it. */
import type { Given, Made } from './artefacts.ts';
import type { CompileHooks } from './compiled.ts';

export interface Step<Needs, To extends keyof Made, Output> {
  readonly name: string;
  /** What the pass makes. */
  readonly to: To;
  readonly run: (have: Needs) => Output;
  /** Why the pass does not run, such as `without bias correction`; undefined where it does. Absent: it always runs. */
  readonly idle?: (given: Given) => string | undefined;
}

type Result = Made[keyof Made];
/** Any step, whatever it needs. */
export type AnyStep<Output = Result | Promise<Result>> = Step<never, keyof Made, Output>;

/** @param contextOf makes the pass's context of what there is, where that is not what there is itself */
export function step<Input, Context, Output, From extends string, To extends keyof Made, Have = Context>(
  pass: { readonly name: string; run(input: Input, context: Context): Output },
  from: From,
  to: To,
  contextOf: (have: Have) => Context = (have) => have as unknown as Context,
): Step<Have & Readonly<Record<From, Input>>, To, Output> {
  return { name: pass.name, to, run: (have) => pass.run(have[from], contextOf(have)) };
}

/** A step that some compilations do without. */
export function unless<Needs, To extends keyof Made, Output>(
  idle: (given: Given) => string | false | undefined,
  step: Step<Needs, To, Output>,
): Step<Needs, To, Output> {
  return { ...step, idle: (given) => idle(given) || undefined };
}

/** What there is after some steps; a step that lacks something shows as what it needs. */
type After<Have, Steps extends readonly unknown[]> = Steps extends readonly [
  Step<infer Needs, infer To, infer Output>,
  ...infer Rest,
]
  ? Have extends Needs
    ? After<Have & Readonly<Record<To, Awaited<Output>>>, Rest>
    : { readonly lacking: Needs }
  : Have;

export interface Run {
  /** Without it, only the steps run that always do. */
  readonly given?: Given;
  /** Called after every step. */
  readonly onPass?: CompileHooks['onPass'] | undefined;
}

/** Runs steps one after the other. */
export function run<Have, const Steps extends readonly AnyStep<Result>[]>(
  steps: Steps,
  have: Have,
  how: Run = {},
) {
  const running = each(steps, have, how);
  let next = running.next();
  while (!next.done) next = running.next(next.value);
  return next.value as After<Have, Steps>;
}

/** The same for steps some of which take their time. */
export async function runAsync<Have, const Steps extends readonly AnyStep[]>(
  steps: Steps,
  have: Have,
  how: Run = {},
) {
  const running = each(steps, have, how);
  let next = running.next();
  while (!next.done) next = running.next(await next.value);
  return next.value as After<Have, Steps>;
}

/** Yields what every step gives, and is given it back settled. */
function* each<Have>(steps: readonly AnyStep[], have: Have, { given, onPass }: Run) {
  let now = have;
  for (const { name, to, idle, run } of steps) {
    if (idle && (!given || idle(given))) continue;
    const made: Made = { [to]: (yield run(now as never)) as unknown };
    onPass?.(name, made);
    now = { ...now, ...made };
  }
  return now;
}
