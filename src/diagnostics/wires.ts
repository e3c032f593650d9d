/** Diagnostics about wires. */
import type { Diagnostic } from './diagnostic.ts';
import { error, warning } from './make.ts';

export const wiresNotConverged = (
  rows: number,
  columns: number,
  steps: number,
  residual: number,
  tolerance: number,
): Diagnostic =>
  error('wires/not-converged', `crossbar of ${rows} x ${columns} cells`, [
    `after ${steps} Newton step(s) the currents still differ by ${residual.toPrecision(3)} of the largest column current, where ${tolerance} is asked for`,
    'A law of the cells that bends back has no unique solution; check its coefficients and the voltages.',
  ]);

export const currentOverLimit = (
  array: number,
  { line, index, current, limit }: Readonly<{ line: string; index: number; current: number; limit: number }>,
  over: number,
  arrays: number,
): Diagnostic =>
  warning('wires/current-over-limit', `array ${array}, ${line} ${index}`, [
    `the largest current of a ${line} is ${milli(current)} mA, and the limit ${milli(limit)} mA; ${over} of ${arrays} arrays are over it`,
    'A real chip could not compute this. Drive fewer rows at once (rowsAtOnce), use a smaller window of conductances (window), or lower the read voltage.',
  ]);

export const mappingUseless = (
  worst: { readonly name: string; readonly snr: number; readonly unwired: number },
  lost: number,
  layers: number,
  help: string,
): Diagnostic =>
  warning('wires/mapping-useless', worst.name, [
    `a chip is expected to compute nothing through these wires: ${lost > 0 ? `of ${lost} of ${layers} layers hardly any signal is left` : `the errors of all ${layers} layers add up to the whole signal`}. The worst is this one, with ${tenths(worst.snr)} dB of signal over error, ${tenths(worst.unwired)} dB without wire resistance`,
    help,
  ]);

const tenths = (decibels: number) => decibels.toFixed(1);
const milli = (ampere: number) => (ampere * 1e3).toPrecision(4);
