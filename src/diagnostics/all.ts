/** Every diagnostic that Crossloom can give: one constructor per code, all wording in one folder; exit codes in kinds.ts. */

export * from './data.ts';
export * from './device.ts';
export * from './fit.ts';
export * from './learning.ts';
export * from './mapping.ts';
export * from './model.ts';
export * from './package.ts';
export * from './queue.ts';
export * from './reading.ts';
export * from './report.ts';
export * from './sweep.ts';
export * from './target.ts';
export * from './usage.ts';
export * from './verification.ts';
export * from './wires.ts';
