/** Whether two chips with the same programmed conductances would be read alike, and one of them tells of all. */
import { changesReadings } from '../conditions/models.ts';
import type { TargetBase } from './base.ts';

export function readsAlike(target: TargetBase): boolean {
  return !changesReadings(target) && !target.adcErrors && !target.driverErrors;
}
