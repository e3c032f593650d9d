/** What a run on the FeCAP chip costs, counted as the paper's training study counts it. */
import type { Learnt } from './learning-job.ts';

/** Energy of one memristor and one FeCAP write in the training study (J): Fig. 5, caption. */
const [perMemristorWrite, perFecapWrite] = [1e-12, 100e-15];
/** Cycles of a memristor and of a FeCAP that the margins are of. */
const endurance = { memristor: 1e5, fecap: 1e7 } as const;
/** Inputs that the published figures are of: ten epochs of MNIST. */
const studied = 600_000;

/** Of all synapses (J): one write of each of a synapse's two memristors per transfer, and every FeCAP that is switched. */
export function paperEnergy({ costs }: Learnt): number {
  return 2 * costs.transfers * perMemristorWrite + (costs.updateWrites + costs.restoreWrites) * perFecapWrite;
}

/** The published figures, of ten epochs; those of a shorter run as if it went on as it was. */
export interface StudyFigures {
  /** FeCAP writes per synapse and input, by updates and by write-backs. */
  readonly writes: number;
  /** Endurance over the cycles of the most used device. */
  readonly memristorMargin: number;
  readonly fecapMargin: number;
  /** J per synapse. */
  readonly energy: number;
  /** Energy with a transfer after every input over that of the run, where updates write the same. */
  readonly ratio: number;
}

export function studyFigures(run: Learnt): StudyFigures {
  const { costs, cycles, synapses, task, wakeUps } = run;
  const { inputs, transferEvery } = task;
  const energy = paperEnergy(run) / synapses / inputs;
  const updates = (costs.updateWrites * perFecapWrite) / synapses / inputs;
  // Forming and the first transfer do not grow with the inputs.
  const formed = cycles.memristor - Math.floor(inputs / transferEvery);
  return {
    writes: (costs.updateWrites + costs.restoreWrites) / synapses / inputs,
    memristorMargin: endurance.memristor / (studied / transferEvery + formed),
    fecapMargin: endurance.fecap / (((cycles.fecap - wakeUps) / inputs) * studied),
    energy: energy * studied,
    ratio: ((energy - updates) * transferEvery + updates) / energy,
  };
}
