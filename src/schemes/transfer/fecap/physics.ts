/**
 * What the window and the digit step of a chip rest on: turns a target's film, transistor and hidden plane into the numbers
 * that a bench would give, to be compared with those that the target states.
 */

import type { FerroelectricFilm } from '../../../target/hidden-plane.ts';
import type { Target } from '../../../target/target.ts';
import type { AccessTransistor } from '../parameters.ts';
import type { TransferLaw } from '../transfer.ts';
import { chargeShare, switchedCharge, switchingEnergy } from './charge.ts';
import {
  complianceAt,
  conductanceAt,
  isSaturated,
  limitedEnergy,
  lineStep,
  lineVoltageOf,
} from './compliance.ts';
import { coerciveVoltage, type LoopPoint, pund } from './pund.ts';
import { windowOf, windowOfFilm, worstWindow } from './sense.ts';

export interface FilmPhysics {
  /** 2 Pr A (C) and 2 Pr A V (J) of a capacitor of one digit step. */
  readonly charge: number;
  readonly energy: number;
  /** That film and line give (V). */
  readonly window: number;
  /** By PUND at the write voltage, with pulses that take loopTime to their peak (V, C/m2). */
  readonly voltage: number;
  readonly remanence: number;
  readonly coerciveVoltage: number;
  readonly loop: readonly LoopPoint[];
}

export interface AccessPhysics {
  /** Rise of the line by one digit step (V), and the capacitance that a line has which one step of charge lifts so far (F). */
  readonly lineStep: number;
  readonly lineCapacitance: number | undefined;
  /** Conductance at the target's highest compliance (S). */
  readonly highest: number;
  /** Whether the transistor is saturated when the SET of the highest digit ends. */
  readonly saturated: boolean;
  /** Of the highest digit (J), and of forming (J). */
  readonly setEnergy: number;
  readonly formEnergy: number;
}

export interface TransferPhysics {
  /** Share of its charge that a FeCAP gives. */
  readonly chargeShare: number;
  /** Median read window, and that of the worst of all FeCAPs of an array (V). */
  readonly window: number;
  readonly worstWindow: number;
  readonly film?: FilmPhysics;
  readonly access?: AccessPhysics;
}

/** Points of the measured loop from zero to the peak. */
const loopSteps = 60;

export function transferPhysics(law: TransferLaw, array: Target['array']): TransferPhysics {
  const { hidden, programming } = law;
  const { film } = hidden;
  return {
    chargeShare: chargeShare(hidden),
    window: windowOf(hidden, 0),
    worstWindow: worstWindow(hidden, array.rows * hidden.fecapsPerLine),
    ...(film && { film: filmPhysics(film, hidden.readTime) }),
    ...(programming.access && { access: accessPhysics(programming.access, law) }),
  };
}

function filmPhysics(film: FerroelectricFilm, readTime: number): FilmPhysics {
  const voltage = film.writeVoltage;
  const settings = { voltage, riseTime: film.loopTime, leakage: 0, steps: loopSteps };
  const { remanence, loop } = pund(film, settings);
  return {
    charge: switchedCharge(film),
    energy: switchingEnergy(film, voltage),
    window: windowOfFilm(film, readTime),
    voltage,
    remanence,
    coerciveVoltage: coerciveVoltage(loop),
    loop,
  };
}

function accessPhysics(access: AccessTransistor, { programming, hidden, cell }: TransferLaw): AccessPhysics {
  const top = lineVoltageOf(access, cell, cell.levels - 1);
  const step = lineStep(access, cell);
  return {
    lineStep: step,
    lineCapacitance: hidden.film && switchedCharge(hidden.film) / step,
    highest: conductanceAt(access, access.compliance),
    saturated: isSaturated(access, top),
    setEnergy: limitedEnergy(access.setVoltage, complianceAt(access, top), programming.setTime),
    formEnergy: limitedEnergy(access.formVoltage, access.compliance, programming.formTime),
  };
}
