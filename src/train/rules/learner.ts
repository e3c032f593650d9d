/**
 * What learns on a chip, whatever its rule: the trainer asks it for the weights of the next batch and tells it what came of
 * the last. Rules are in folders beside this file; rules.ts lists them.
 */
import type { Numbers } from '../numbers.ts';
import type { LayerPass } from '../pass.ts';
import type { HiddenCosts } from './hidden/costs.ts';
import type { PulseCosts } from './pulse-costs.ts';

/** Kinds of device that wear out. */
export type Device = keyof ByDevice<unknown>;
/** Something of the devices that a chip learns with. */
export interface ByDevice<T> {
  readonly memristor: T;
  readonly fecap?: T;
}

/** What training left in one layer. */
export interface Learnt {
  /** [input][output]: whole numbers that a chip without errors computes with. */
  readonly weights: Float32Array;
  /** Real weight of one. */
  readonly scale: number;
  readonly stored: { readonly hidden: Int16Array } | { readonly integers: Int8Array };
}

/** What a run took of its chip. */
export type Spending =
  | {
      /** Times that every synapse was transferred, the first before learning. */
      readonly transfers: number;
      readonly costs: HiddenCosts;
    }
  | { readonly costs: PulseCosts };

export interface Learner {
  /** Arrays that hold the layers. */
  readonly arrayCount: number;
  /** Real weight of one unit of every layer's matrix. */
  readonly scales: readonly number[];
  /** Learning rate of the digital biases. */
  readonly biasRate: number;
  /** Cycles that end the run; undefined where nothing is to. */
  readonly limits: ByDevice<number> | undefined;
  /** Updates one layer. @param rows of the batch @param batch its number */
  step(layer: number, pass: LayerPass, rows: number, batch: number): void;
  /** Ends a batch, of which all layers are updated. @param before inputs before it @param after inputs with it */
  end(before: number, after: number): void;
  /** A device that such a batch could wear out. */
  wornBy(before: number, after: number): Device | undefined;
  /** Of the most used device. */
  cycles(): ByDevice<number>;
  /** What was done so far, in words, and what it took (J). */
  done(): { readonly operations: string; readonly energy: number };
  spending(): Spending;
  learnt(layer: number): Learnt;
  /** The live arrays of the run by name: besides the weights, all that batches change. */
  arrays(): Record<string, Numbers>;
  /** Objects of plain counters by name. */
  counters(): [string, object][];
  /** Whether an array of this name could hold a value. */
  holds(name: string, value: number): boolean;
  /** Called when arrays and counters have got the values of another run. */
  restored(): void;
}

/** Opens a learner. @param matrices where the weights of every layer go, [input][output] */
export type OpenLearner<L extends Learner> = (matrices: readonly Float32Array[]) => L;
