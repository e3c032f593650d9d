/** The formats of other tools that a target can be imported from. */
import { aihwkit } from './aihwkit.ts';
import { crosssim } from './crosssim.ts';
import type { ForeignFormat } from './format.ts';
import { mnsim } from './mnsim.ts';
import { neurosim } from './neurosim.ts';
import { pimcomp } from './pimcomp.ts';

export const foreignFormats: readonly ForeignFormat[] = [crosssim, aihwkit, neurosim, mnsim, pimcomp];
