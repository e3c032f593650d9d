/** Every diagnostic that Crossloom can give: one constructor per code, all wording in one folder; exit codes in kinds.ts. */

export * from './diagnostics/data.ts';
export * from './diagnostics/learning.ts';
export * from './diagnostics/mapping.ts';
export * from './diagnostics/model.ts';
export * from './diagnostics/package.ts';
export * from './diagnostics/reading.ts';
export * from './diagnostics/target.ts';
export * from './diagnostics/verification.ts';
export * from './diagnostics/wires.ts';
