/** All conditions as targets, passes and reports see them, by their section of a target file; and which of them a target has. */
import type { z } from 'zod';
import type { Cell } from '../target/cell.ts';
import { type Effect, sectionEffect } from '../target/effect.ts';
import type { Problem } from '../target/problem.ts';
import { whereSound } from '../target/unsound.ts';
import type { ConditionModel, Kind } from './condition.ts';
import { drift } from './drift/model.ts';
import { flicker } from './flicker/model.ts';
import { halfSelect } from './half-select/model.ts';
import { logNoise } from './log-noise/model.ts';
import { powerNoise } from './power-noise/model.ts';
import { readDisturb } from './read-disturb/model.ts';
import { readNoise } from './read-noise/model.ts';
import { relaxation } from './relaxation/model.ts';
import { telegraph } from './telegraph/model.ts';
import { traps } from './traps/model.ts';

/** In the order in which those of a kind act, and of their sections in a file. */
export const models = {
  disturb: halfSelect,
  relaxation,
  drift,
  readDisturb,
  telegraph,
  traps,
  flicker,
  readNoise,
  logNoise,
  powerNoise,
} satisfies Readonly<Record<string, ConditionModel<object>>>;

type Models = typeof models;
export type Section = keyof Models;
export type ReadSection<S extends Section> = z.output<Models[S]['schema']>;

/** Sections of a target: a condition is off where its section is absent. */
export type Conditions = { readonly [S in Section]?: ReadSection<S> | undefined };

/** A condition that a target has, with what its section says. */
export interface Condition {
  readonly section: Section;
  readonly model: ConditionModel<object>;
  readonly read: object;
}

function registered(kinds: readonly Kind[] = []): [Section, ConditionModel<object>][] {
  const all = Object.entries(models) as [Section, ConditionModel<object>][];
  return all.filter(([, { kind }]) => kinds.length === 0 || kinds.includes(kind));
}

/** In the order of the registry; all kinds where none is given. */
export function conditionsOf(target: Conditions, ...kinds: readonly Kind[]): readonly Condition[] {
  return registered(kinds).flatMap(([section, model]) => {
    const read = target[section];
    return read ? [{ section, model, read }] : [];
  });
}

/** Schemas of the sections of a target file. */
export function conditionSections(): { [S in Section]: z.ZodOptional<Models[S]['schema']> } {
  const sections = registered().map(([section, { schema }]) => [section, schema.optional()]);
  return Object.fromEntries(sections) as ReturnType<typeof conditionSections>;
}

/** What no single field of a section shows. */
export function conditionProblems(target: Conditions & { readonly cell: Cell }): readonly Problem[] {
  const problemsOf = (section: Section, { checks = [] }: ConditionModel<object>) => {
    const read = target[section];
    return read ? checks.flatMap((check) => whereSound(() => check(read, target.cell))) : [];
  };
  return registered().flatMap(([section, model]) =>
    whereSound(() => problemsOf(section, model)).map((problem) => ({
      ...problem,
      path: [section, ...problem.path],
    })),
  );
}

/** Conditions of these kinds for reports, those that the target does not have among them. */
export function conditionEffects(target: Conditions, ...kinds: readonly Kind[]): Effect[] {
  return registered(kinds).map(([section, model]) => sectionEffect(section, model, target[section]));
}

const has = (target: Conditions, ...kinds: readonly Kind[]): boolean =>
  conditionsOf(target, ...kinds).length > 0;

/** Whether programming a cell moves others. */
export const isDisturbed = (target: Conditions): boolean => has(target, 'disturb');

/** Whether cells are read otherwise than they were programmed, or not twice alike. */
export const changesReadings = (target: Conditions): boolean =>
  has(target, 'ageing', 'fluctuation', 'noise', 'accumulation');

/** Whether every reading has noise of its own. */
export const hasReadNoise = (target: Conditions): boolean => has(target, 'noise', 'accumulation');

/** Whether noise of readings goes on from one reading to the next. */
export const accumulates = (target: Conditions): boolean => has(target, 'accumulation');

/** Whether conductances change from one batch of readings to the next. */
export const fluctuates = (target: Conditions): boolean => has(target, 'fluctuation');

/** Whether there is a law of the time since programming. */
export const changesWithTime = (target: Conditions): boolean => has(target, 'ageing', 'accumulation');
