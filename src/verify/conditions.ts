/** Under which conditions a verification reads every chip: each time after programming, through the wires and without. */
import type { Target } from '../target/target.ts';
import { formatTime } from '../text/time.ts';

export interface Condition {
  /** Seconds after programming. */
  readonly at: number;
  readonly wires: boolean;
}

/** Through the wires, as if they had no resistance, or both. */
export const wiresRead = ['on', 'off', 'both'] as const;
export type WiresRead = (typeof wiresRead)[number];

/**
 * What is read where nobody says: both, but through the wires alone where level codes were changed for them, because without them
 * such weights are distorted.
 * @param options of the package's compilation
 */
export function usualWires(options: Readonly<Record<string, unknown>>): WiresRead {
  return options.wireCorrection === 'levels' ? 'on' : 'both';
}

/** All conditions, those of the first time first; each time through the wires first. */
export function conditionsOf(
  target: Target,
  times: readonly number[] = [0],
  wires: WiresRead = 'both',
): Condition[] {
  const given = [...(wires === 'off' ? [] : [true]), ...(wires === 'on' ? [] : [false])];
  const ways = target.wires ? given : [false];
  return [...new Set(times)].flatMap((at) => ways.map((on) => ({ at, wires: on })));
}

/** Such as `1 d after programming, without wires`. */
export function conditionName({ at, wires }: Condition, target: Target): string {
  const time = at === 0 ? 'right after programming' : `${formatTime(at)} after programming`;
  return target.wires && !wires ? `${time}, without wires` : time;
}
