/** What a run took of its chip: turns the counts of layers into pulses, time and energy by the target's numbers. */
import { accountOf, type Component, openLedger, settle, spend } from '../../../ledger.ts';
import type { LayerSynapses } from '../../../schemes/transfer/layer.ts';
import { transferRates } from '../../../schemes/transfer/rates.ts';

export interface HiddenCosts {
  /** Synapses transferred, with all their repetitions, and those of them whose sign was sensed wrongly. */
  readonly transfers: number;
  readonly signErrors: number;
  readonly setPulses: number;
  readonly resetPulses: number;
  /** FeCAPs read by transfers. */
  readonly fecapReads: number;
  /** FeCAPs switched by hidden writes, and by the write-backs of transfers. */
  readonly updateWrites: number;
  readonly restoreWrites: number;
  /** Seconds, as if all lines of all arrays waited for one another; those of one column pair transfer at once. */
  readonly time: number;
  /** Joules in memristors and in FeCAPs. Reading is in the write-backs. */
  readonly memristorEnergy: number;
  readonly fecapEnergy: number;
}

/** Sums over layers; wake-up and forming are not in it. */
export function costsOf(synapses: readonly LayerSynapses[]): HiddenCosts {
  const sum = (of: (layer: LayerSynapses) => number): number =>
    synapses.reduce((total, layer) => total + of(layer), 0);
  const transfers = sum(({ counts, analogue }) => counts.rounds * analogue.length);
  const law = synapses[0]?.chip.law;
  const setPulses = sum(({ counts }) => counts.setPulses);
  const updateWrites = sum(({ counts }) => counts.updateWrites);
  const restoreWrites = sum(({ counts }) => counts.restoreWrites);
  // Without a chip there are no rates, and nothing to count.
  const ledger = openLedger(law ? transferRates(law) : {});
  const pairs = sum((layer) => layer.counts.rounds * layer.columnPairs);
  spend(ledger, ledger.of.fecapWrite, updateWrites, updateWrites + restoreWrites);
  spend(ledger, ledger.of.transfer, pairs);
  spend(ledger, ledger.of.reset, 0, 2 * transfers);
  spend(ledger, ledger.of.set, 0, setPulses);
  settle(ledger);
  const spent = accountOf([ledger]);
  const energyOf = (component: Component) => spent[component]?.energy ?? 0;
  return {
    transfers,
    signErrors: sum(({ counts }) => counts.signErrors),
    setPulses,
    resetPulses: 2 * transfers,
    fecapReads: transfers * (1 + (law?.hidden.transferBits ?? 0)),
    updateWrites,
    restoreWrites,
    time: ledger.total.time,
    memristorEnergy: energyOf('reset') + energyOf('set'),
    fecapEnergy: energyOf('fecapWrite'),
  };
}
