/** Which tasks of a sweep are done, which are still wanted, and which chips of each point count. */
import { type ChipOutcome, chipOutcome } from './figures.ts';
import { pointsOf, rangesOf, type SweepPlan } from './plan.ts';
import { noChips, type StopState, withChip } from './stop.ts';
import type { SweepResult, SweepTask } from './task.ts';
import type { PlannedTask } from './tasks.ts';

export interface Board {
  /** Takes a result; one of no task here, or one that is there already, changes nothing. @returns whether it was taken */
  readonly add: (result: SweepResult) => boolean;
  /** Tasks that are wanted, in order; which come next is decided as each is asked for. */
  readonly pending: () => Generator<SweepTask, void, undefined>;
  /** Results that count and are there, in order. */
  readonly counted: () => readonly SweepResult[];
  /** Tasks that are wanted and not there. */
  readonly missing: () => readonly PlannedTask[];
  /** Chips of a point that count; undefined while some are missing. @param point its number among all of the plan */
  readonly chipsOf: (point: number) => readonly ChipOutcome[] | undefined;
}

export function openBoard(plan: SweepPlan, tasks: readonly PlannedTask[]): Board {
  const numbers = new Map(pointsOf(plan).map(({ design, condition }, i) => [`${design}.${condition}`, i]));
  const pointOf = ({ place }: PlannedTask) => numbers.get(`${place.design}.${place.condition}`)!;
  const results = new Map<string, SweepResult>();
  const byKey = new Map(tasks.map((planned) => [planned.key, planned]));
  /** By point and chip: its tasks, one for each range of images. */
  const chips = new Map<number, PlannedTask[][]>();
  for (const planned of tasks) {
    const point = pointOf(planned);
    const own = chips.get(point) ?? [];
    chips.set(point, own);
    own[planned.place.chip] ??= [];
    own[planned.place.chip]!.push(planned);
  }
  const states = new Map<number, StopState>();
  const stateOf = (point: number) => states.get(point) ?? noChips;
  /** Looks at the chips of a point as far as they are known. */
  const advance = (point: number) => {
    for (let state = stateOf(point); state.enough === undefined; state = stateOf(point)) {
      const own = chips.get(point)?.[state.chips.length];
      const found = own?.flatMap(({ key }) => results.get(key) ?? []) ?? [];
      const [first] = own ?? [];
      if (!first || found.length < rangesOf(plan, plan.designs[first.place.design]!.model).length) return;
      states.set(point, withChip(state, chipOutcome(found), plan.stop, plan.seeds.length));
    }
  };
  const counts = (planned: PlannedTask) => {
    const { enough = Number.POSITIVE_INFINITY } = stateOf(pointOf(planned));
    return planned.place.chip < enough;
  };
  const isMissing = (planned: PlannedTask) => counts(planned) && !results.has(planned.key);
  return {
    add(result) {
      const planned = byKey.get(result.task);
      if (!planned || results.has(result.task)) return false;
      results.set(result.task, result);
      advance(pointOf(planned));
      return true;
    },
    *pending() {
      for (const planned of tasks) if (isMissing(planned)) yield planned.task;
    },
    counted: () => tasks.filter(counts).flatMap(({ key }) => results.get(key) ?? []),
    missing: () => tasks.filter(isMissing),
    chipsOf(point) {
      const { chips: known, enough } = stateOf(point);
      return enough === undefined ? undefined : known.slice(0, enough);
    },
  };
}
