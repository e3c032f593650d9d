/** The ways of programming, as targets, the compiler and reports see them. */
import { z } from 'zod';
import type { TargetBase } from '../target/base.ts';
import { choice, leaf } from '../target/leaf.ts';
import type { Problem } from '../target/problem.ts';
import { whereSound } from '../target/unsound.ts';
import { denoise } from './denoise/model.ts';
import { errorLaw } from './error-law/model.ts';
import { exact } from './exact/model.ts';
import { feedforward } from './feedforward/model.ts';
import { parallelUpdate } from './parallel-update/model.ts';
import { pulseVerify } from './pulse-verify/model.ts';
import type { ProgrammedTarget, SchemeAnswers, SchemeModel } from './scheme.ts';
import { transfer } from './transfer/model.ts';
import { writeVerify } from './write-verify/model.ts';

export const models = {
  exact,
  'write-verify': writeVerify,
  'error-law': errorLaw,
  'pulse-verify': pulseVerify,
  feedforward,
  'parallel-update': parallelUpdate,
  denoise,
  transfer,
} satisfies Readonly<Record<string, SchemeModel<never>>>;

export type Scheme = keyof typeof models;
export const schemes = (): Scheme[] => Object.keys(models) as Scheme[];

/** A target's section `programming`, as a scheme has it. */
export type ProgrammingOf<S extends Scheme> = {
  readonly scheme: S;
} & ((typeof models)[S] extends SchemeModel<infer P> ? P : never);
export type Programming = { readonly [S in Scheme]: ProgrammingOf<S> }[Scheme];

/** What a target answers of its way of programming. */
export function schemeOf(target: ProgrammedTarget<Programming>): SchemeAnswers {
  const model = models[target.programming.scheme] as unknown as SchemeModel<Programming>;
  return model.of(target);
}

/** The target with what is left of its conditions once cells are programmed: what they are expected to do. */
export function asProgrammed<T extends ProgrammedTarget<Programming>>(target: T): T {
  return target.traps && schemeOf(target).calms ? { ...target, traps: undefined } : target;
}

/** The few fields that tell chips of a scheme apart. */
export const essentialsOf = (scheme: Scheme): readonly string[] => models[scheme].essentials;

/** How the fields of a target fit its way of programming. */
export function schemeProblems(target: ProgrammedTarget<Programming>): readonly Problem[] {
  const { checks = [] } = models[target.programming.scheme] as unknown as SchemeModel<Programming>;
  return checks.flatMap((check) => whereSound(() => check(target)));
}

/** The tolerance that program and verify instructions carry (S), as they carry it. */
export const instructionTolerance = (target: ProgrammedTarget<Programming>): number =>
  Math.fround(schemeOf(target).tolerance);

/** The same target with cells that take exactly what they are told. */
export function withExactCells<T extends TargetBase>({ hidden: _, ...target }: T) {
  return { ...target, programming: { scheme: 'exact' } } as const;
}

const schemeMeaning = () => {
  const names = schemes().map((name) => `\`${name}\``);
  return `How conductances are set: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};

/** The name of any scheme, as a file has it. */
export const schemeName = () => choice(schemes() as [Scheme, ...Scheme[]], schemeMeaning());

/** The schema of the section `programming`, and of the other sections that only targets of this scheme have. */
export function schemeSections(of: Scheme) {
  const { parameters, sections }: SchemeModel<never> = models[of];
  return {
    programming: z.strictObject({ scheme: leaf(z.literal(of), '', schemeMeaning()), ...parameters }),
    ...sections,
  };
}

/** The same of all schemes together: a field that several have is what the first of them says. */
export function anySchemeSections() {
  const all = schemes().map(schemeSections).reverse();
  const optional = (shapes: readonly Readonly<Record<string, z.core.$ZodType>>[]) =>
    Object.fromEntries(
      shapes.flatMap((shape) => Object.entries(shape)).map(([key, schema]) => [key, z.optional(schema)]),
    );
  return {
    ...optional(all.map(({ programming: _, ...sections }) => sections)),
    programming: z.strictObject(optional(all.map(({ programming }) => programming.shape))),
  };
}
