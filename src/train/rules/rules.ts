/** The rules of learning. */
import { hiddenRule } from './hidden/rule.ts';
import { parallelRule } from './parallel/rule.ts';
import type { LearningRule } from './rule.ts';
import { tikiTaka2, tikiTaka4 } from './tiki-taka/rule.ts';

export const rules = {
  hidden: hiddenRule,
  parallel: parallelRule,
  'tiki-taka-2': tikiTaka2,
  'tiki-taka-4': tikiTaka4,
} as const;

type Rules = typeof rules;
export type RuleName = keyof Rules;

type OptionsOf<R> = R extends LearningRule<infer O> ? O : never;

/** What each rule takes, with its name; the hidden rule is meant where there is none. */
export type RuleOptions =
  | ({ readonly rule?: 'hidden' } & OptionsOf<Rules['hidden']>)
  | { [N in Exclude<RuleName, 'hidden'>]: { readonly rule: N } & OptionsOf<Rules[N]> }[Exclude<
      RuleName,
      'hidden'
    >];

/** The rule that options are of. */
export function ruleOf({ rule = 'hidden' }: Pick<RuleOptions, 'rule'>): LearningRule<RuleOptions> {
  return rules[rule] as LearningRule<never>;
}
