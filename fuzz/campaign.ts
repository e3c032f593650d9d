/** Runs many cases of a class on several workers -> how many were accepted and refused, and every kind of finding once. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FuzzClass } from './input.ts';
import type { Finding, Outcome } from './outcome.ts';
import { reduceSteps } from './reduce.ts';
import { type Limits, openSupervisor, type Supervisor } from './supervisor.ts';

export interface CampaignOptions {
  /** Numbers of the cases: from the first up to the one before `to`. */
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  /** Workers. */
  readonly jobs: number;
  readonly limits: Limits;
  /** Folder in which findings are written down. */
  readonly out: string;
  /** Mutations that are kept, where one case is run. */
  readonly steps?: readonly number[] | undefined;
  /** Called after every case. */
  readonly onRun?: (done: number) => void;
}

/** One kind of finding. */
export interface Found extends Finding {
  /** Cases that failed so. */
  readonly count: number;
  /** Number of the first, and the mutations that are needed; undefined where it does not fail alone. */
  readonly index: number;
  readonly steps: readonly number[] | undefined;
  /** The command that runs it again. */
  readonly command: string;
  /** Folder of its input. */
  readonly folder: string;
}

export interface ClassResult {
  readonly name: string;
  readonly runs: number;
  readonly accepted: number;
  /** Cases by the code that refused them. */
  readonly refused: ReadonlyMap<string, number>;
  readonly findings: readonly Found[];
  /** Without the time for reducing findings (s). */
  readonly seconds: number;
}

/** Cases that a worker gets at once. */
const chunk = 100;

export async function runClass(fuzzClass: FuzzClass, options: CampaignOptions): Promise<ClassResult> {
  const { name } = fuzzClass;
  const { from, to, seed, jobs, limits, steps } = options;
  const start = performance.now();
  const outcomes = new Map<number, Outcome>();
  let next = from;
  const work = async (supervisor: Supervisor): Promise<void> => {
    while (next < to) {
      const first = next;
      next = Math.min(to, first + chunk);
      await supervisor.run({ from: first, to: next, ...(steps && { steps }) }, (index, outcome) => {
        outcomes.set(index, outcome);
        options.onRun?.(outcomes.size);
      });
    }
  };
  const supervisors = Array.from({ length: jobs }, () => openSupervisor(fuzzClass, seed, limits));
  try {
    await Promise.all(supervisors.map(work));
    const seconds = (performance.now() - start) / 1000;
    const findings: Found[] = [];
    for (const cases of casesByKind(outcomes))
      findings.push(await writeDown(name, cases, supervisors[0]!, options));
    const refused = new Map<string, number>();
    for (const outcome of outcomes.values())
      if (outcome.kind === 'refused') refused.set(outcome.code, (refused.get(outcome.code) ?? 0) + 1);
    const accepted = [...outcomes.values()].filter(({ kind }) => kind === 'accepted').length;
    return { name, runs: outcomes.size, accepted, refused, findings, seconds };
  } finally {
    await Promise.all(supervisors.map((supervisor) => supervisor.close()));
  }
}

/** The numbers of failed cases, ascending, kind by kind in the order of the first of each. */
function casesByKind(
  outcomes: ReadonlyMap<number, Outcome>,
): { readonly what: string; readonly cases: number[] }[] {
  const kinds = new Map<string, number[]>();
  for (const [index, outcome] of [...outcomes].sort(([a], [b]) => a - b))
    if (outcome.kind === 'finding') kinds.set(outcome.what, [...(kinds.get(outcome.what) ?? []), index]);
  return [...kinds].map(([what, cases]) => ({ what, cases }));
}

/** Reduces the first case of a kind, and leaves its input, its message and its command in a folder of its own. */
async function writeDown(
  name: string,
  { what, cases }: { readonly what: string; readonly cases: readonly number[] },
  supervisor: Supervisor,
  { seed, out, steps: given }: CampaignOptions,
): Promise<Found> {
  const index = cases[0]!;
  let message = what;
  let made: readonly number[] | undefined;
  const fails = async (steps?: readonly number[], keepIn?: string): Promise<boolean> => {
    let same = false;
    const request = { from: index, to: index + 1, ...(steps && { steps }), ...(keepIn && { keepIn }) };
    made = await supervisor.run(request, (_, outcome) => {
      same = outcome.kind === 'finding' && outcome.what === what;
      if (same) message = (outcome as Finding).message;
    });
    return same;
  };
  const alone = await fails(given);
  const steps = alone && made ? await reduceSteps(made, fails) : undefined;
  const folder = join(out, name, `${index}-${what.replaceAll(/\W+/g, '-').slice(0, 80)}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fails(steps ?? given, folder);
  const kept = steps ? ` --steps ${steps.join(',') || 'none'}` : '';
  const command = `npm run fuzz -- ${name} --seed ${seed} --only ${index}${kept}`;
  const remark = alone ? '' : 'This case does not fail so when it runs alone.\n\n';
  await writeFile(join(folder, 'finding.txt'), `${what}\n\n${command}\n\n${remark}${message}\n`);
  return { kind: 'finding', what, message, count: cases.length, index, steps, command, folder };
}
