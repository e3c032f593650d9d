/** Cells that parallel updates step, on a bench; level codes are programmed by identical pulses, and come to their levels as those do. */
import { pulseVerifyExperiments } from '../pulse-verify/experiments.ts';

export const parallelUpdateExperiments = { ...pulseVerifyExperiments } as const;
