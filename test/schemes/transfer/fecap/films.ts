/** A ferroelectric film for tests: 2 Pr = 20 uC/cm2, 1 MV/cm, 10 nm. */
import type { FerroelectricFilm } from '../../../../src/target/hidden-plane.ts';

export const film: FerroelectricFilm = {
  thickness: 10e-9,
  remanence: 0.1,
  coerciveField: 1e8,
  loopTime: 100e-6,
  fieldSpread: 0.25,
  attemptTime: 1e-9,
  exponent: 3,
  permittivity: 30,
  side: 400e-9,
  writeVoltage: 3,
  lineCapacitance: 84.4e-15,
};
