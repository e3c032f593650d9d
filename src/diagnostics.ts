/**
 * Every diagnostic that Crossloom can give: one constructor per code, all wording in one folder.
 *
 * Exit codes: 10-19 model, 20-24 target, 25-29 options and mapping, 30-39 package, bitstream and chip, 40-49 data,
 * 50-59 verification bounds, reading, wear and wires, 60-69 learning. 1 stands for errors of several kinds, 2 for usage and
 * environment, 70 for our own bugs.
 */

export * from './diagnostics/data.ts';
export * from './diagnostics/learning.ts';
export * from './diagnostics/mapping.ts';
export * from './diagnostics/model.ts';
export * from './diagnostics/package.ts';
export * from './diagnostics/reading.ts';
export * from './diagnostics/target.ts';
export * from './diagnostics/verification.ts';
export * from './diagnostics/wires.ts';
