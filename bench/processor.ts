/** The processor that figures were measured on, with the instructions that onnxruntime's kernels are chosen by. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Set where instructions of the processor are hidden from onnxruntime. */
export const hiddenInstructions = 'CROSSLOOM_BENCH_WITHOUT';

/** By the flags of Linux. */
const instructions = [
  ['AVX2', /\bavx2\b/],
  ['AVX-512', /\bavx512f\b/],
  ['VNNI', /\bavx512_vnni\b|\bavx_vnni\b/],
] as const;

export function describeProcessor(): string {
  const all = cpus();
  const hidden = process.env[hiddenInstructions];
  const there = instructionsThere().filter((name) => !hidden?.split(' ').includes(name));
  const has = there.length > 0 ? ` with ${there.join(', ')}` : '';
  const without = hidden ? ` (${hidden.replaceAll(' ', ' and ')} hidden from onnxruntime)` : '';
  return `${all.length} x ${all[0]?.model.trim()}${has}${without}, Node ${process.version}`;
}

/** Empty where the system does not tell. */
export function instructionsThere(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  return instructions.flatMap(([name, pattern]) => (pattern.test(flags) ? [name] : []));
}
