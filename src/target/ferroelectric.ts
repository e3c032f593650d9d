/**
 * What lies below a hidden plane, as a target describes it: the ferroelectric film of its capacitors, how they age, and
 * the transistor through which their charge sets a memristor. Plain SI numbers; src/device/fecap has the laws.
 */

/** The film of the FeCAPs, the capacitor of the least significant transferred bit, and the pulse that writes it. */
export interface FerroelectricFilm {
  /** m. */
  readonly thickness: number;
  /** Remanent polarization Pr (C/m2). */
  readonly remanence: number;
  /** Median coercive field of a loop that takes `loopTime` from zero to its peak (V/m). */
  readonly coerciveField: number;
  readonly loopTime: number;
  /** Spread of the logarithm of the coercive fields within one capacitor. */
  readonly fieldSpread: number;
  /** Shortest time in which any field switches (s), and exponent of the field in the switching time. */
  readonly attemptTime: number;
  readonly exponent: number;
  /** Relative permittivity of what does not switch. */
  readonly permittivity: number;
  /** Side of the square capacitor of one digit step (m). */
  readonly side: number;
  /** Of write and plate pulses (V). */
  readonly writeVoltage: number;
  /** Of the line onto which a sign is read (F). */
  readonly lineCapacitance: number;
}

/** How the switchable charge changes with cycles and time, and how many cycles FeCAPs endure. */
export interface FecapAgeing {
  /** Share of the charge that a FeCAP has before its first cycle, and cycles after which it has all of it. */
  readonly pristine: number;
  readonly wokenCycles: number;
  /** Cycles beyond these after which half of it is left. */
  readonly fatigueCycles: number;
  readonly endurance: number;
  /** Cycles that every FeCAP has seen before. */
  readonly spent: number;
  /** Share that is lost per decade of time beyond `retentionTime` (s). */
  readonly retentionLoss: number;
  readonly retentionTime: number;
  /** Time from writing a FeCAP to the transfer that reads it (s). */
  readonly held: number;
}

/** The access transistor of a memristor, whose gate is the transfer line, and the voltages of the memristor. */
export interface AccessTransistor {
  /** V. */
  readonly threshold: number;
  /** Compliance current per line voltage above threshold (S). */
  readonly transconductance: number;
  /** Voltage that stays across a memristor while its current is limited: conductance = compliance / this (V). */
  readonly contactVoltage: number;
  /** Of the highest level (A). */
  readonly compliance: number;
  readonly setVoltage: number;
  readonly formVoltage: number;
}
