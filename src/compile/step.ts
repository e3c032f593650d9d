/** Steps of a stage: each runs one pass on a record of artefacts, and adds to the record what the pass made. */
import type { Given, Made } from './artefacts.ts';

export interface Step<Needs, Gives> {
  readonly name: string;
  /** Why the pass does not run, such as `without bias correction`; undefined where it does. Absent: it always runs. */
  readonly idle?: (given: Given) => string | undefined;
  readonly run: (have: Needs) => Gives;
}

/** How a pass is given what it takes. */
export function step<Needs, Gives>(
  { name }: { readonly name: string },
  run: (have: Needs) => Gives,
): Step<Needs, Gives> {
  return { name, run };
}

/** A step that some compilations do without. */
export function unless<Needs, Gives>(
  idle: (given: Given) => string | undefined,
  always: Step<Needs, Gives>,
): Step<Needs, Gives> {
  return { ...always, idle };
}

/** What there is after some steps; a step that lacks something shows as what it needs. */
type After<Have, Steps extends readonly unknown[]> = Steps extends readonly [
  Step<infer Needs, infer Gives>,
  ...infer Rest,
]
  ? Have extends Needs
    ? After<Have & Awaited<Gives>, Rest>
    : { readonly lacking: Needs }
  : Have;

export interface Run {
  /** Without it, only the steps run that always do. */
  readonly given?: Given;
  /** Called after every step. */
  readonly onPass?: ((name: string, made: Made) => void) | undefined;
}

/** Runs steps one after the other. */
export function run<Have extends object, const Steps extends readonly Step<never, Made>[]>(
  steps: Steps,
  have: Have,
  { given, onPass }: Run = {},
): After<Have, Steps> {
  let now: object = have;
  for (const { name, run } of running(steps, given)) {
    const made = run(now as never);
    onPass?.(name, made);
    now = { ...now, ...made };
  }
  return now as After<Have, Steps>;
}

/** The same for steps some of which take their time. */
export async function runAsync<
  Have extends object,
  const Steps extends readonly Step<never, Made | Promise<Made>>[],
>(steps: Steps, have: Have, { given, onPass }: Run = {}): Promise<After<Have, Steps>> {
  let now: object = have;
  for (const { name, run } of running(steps, given)) {
    const made = await run(now as never);
    onPass?.(name, made);
    now = { ...now, ...made };
  }
  return now as After<Have, Steps>;
}

function running<S extends Step<never, unknown>>(steps: readonly S[], given: Given | undefined): S[] {
  return steps.filter(({ idle }) => !idle || (given !== undefined && idle(given) === undefined));
}
