/** `crossloom sweep`: a study of many designs, chips and conditions, in one process or in many, and its results. */
import { stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { guessPreset } from '../data/guess-preset.ts';
import { defined } from '../defined.ts';
import {
  designNotCompiled,
  missingUsage,
  otherUsage,
  preprocessingMissing,
  sweepIncomplete,
  sweepUnreadable,
} from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { codeHash } from '../files/code-hash.ts';
import { version } from '../files/version.ts';
import { writeInPlace } from '../files/write-file.ts';
import { connect, type Queueing } from '../queue/connect.ts';
import { counted } from '../report/number.ts';
import { sweepPage } from '../report/page/sweep.ts';
import { formatEstimate, formatSweep } from '../report/sweep-text.ts';
import { finishSweep, type MissingTasks } from '../sweep/finish.ts';
import { transportHere } from '../sweep/here.ts';
import type { SweepPlan } from '../sweep/plan.ts';
import { type PlannedStudy, planStudy } from '../sweep/plan-study.ts';
import type { Prepared } from '../sweep/prepare.ts';
import { readStudy } from '../sweep/read-study.ts';
import type { SweepReport } from '../sweep/report.ts';
import { openResultsFolder, planIn, type ResultsFolder, resultsFolder } from '../sweep/results-folder.ts';
import type { Transport } from '../sweep/run-tasks.ts';
import { type Shard, wholeSweep } from '../sweep/shard.ts';
import { dataPlaces, executeShard, journalOf, openShard, prepareShard } from '../sweep/sweep.ts';
import { availableThreads } from '../threads/pool.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import { wholeNumber, withDataLimit, withJson, withThreads } from './options.ts';
import { type QueueFlags, queueUrl, withQueue } from './queue.ts';
import { resultsPlace } from './results.ts';
import { type ShardFlags, shardOf, shardText } from './shard-of.ts';
import { type Stages, withStages } from './stages.ts';
import { probeSweep } from './sweep-probe.ts';
import { type OverQueue, transportOverQueue } from './sweep-queue.ts';

interface SweepCommandLine extends ShardFlags, QueueFlags {
  readonly output?: string;
  readonly dryRun?: true;
  readonly threads?: number;
  readonly dataLimit?: number;
  readonly json?: true;
}

async function run(io: Io, file: string, args: SweepCommandLine): Promise<void> {
  if (args.store !== undefined && args.queue === undefined)
    raise([otherUsage('crossloom sweep', '--store is for workers: give --queue besides')]);
  if (args.queue === undefined || args.dryRun) return sweep(io, file, args, undefined);
  const queueing = await connect(queueUrl(io, args, 'crossloom sweep'));
  try {
    await sweep(io, file, args, queueing);
  } finally {
    queueing.close();
  }
}

async function sweep(
  io: Io,
  file: string,
  args: SweepCommandLine,
  queueing: Queueing | undefined,
): Promise<void> {
  const { output, dryRun, threads = availableThreads(), json } = args;
  if (output === undefined && !dryRun)
    raise([missingUsage('crossloom sweep', "required option '-o, --output <dir>' not specified")]);
  const chosen = shardOf(args, io.env);
  if (chosen?.by !== undefined)
    io.stderr(`shard ${chosen.shard.number} of ${chosen.shard.of}, as ${chosen.by} says\n`);
  const planned = await openStudy(io, file, args.dataLimit);
  if (dryRun) return estimate(io, planned, args, threads);
  const folder = await openResultsFolder(output!, planned.plan);
  const shard = chosen?.shard ?? wholeSweep;
  const queue = queueing && { queueing, flags: args };
  await execute(io, planned, folder, shard, { threads, dataLimit: args.dataLimit, queue });
  const found = await finish(folder, planned.plan);
  const outcome = { crossloom: version, folder: folder.path, shard, ...found };
  if (json) return printJson(io, 'sweep', outcome);
  if ('report' in found) return io.stdout(formatSweep(found.report, folder, io.columns));
  const own = shard.of === 1 ? 'this sweep' : `shard ${shard.number} of ${shard.of}`;
  io.stdout(
    `${own} is done; ${counted(found.missing, 'task')} of ${found.all} are left to others. When all are there: crossloom sweep merge ${folder.path}\n`,
  );
}

/** Reads a study and what it names, and warns where nothing says how samples become inputs. */
async function openStudy(io: Io, file: string, dataLimit: number | undefined): Promise<PlannedStudy> {
  const planned = await withStages(io, async ({ report }) => {
    report('reading the study', 0, 1);
    return planStudy(await readStudy(file), dataLimit);
  });
  const unsaid = planned.models.filter(({ prepared }) => !prepared);
  printDiagnostics(
    io,
    unsaid.map(({ data, model }) => preprocessingMissing(data, guessPreset(model))),
  );
  return planned;
}

interface Machine {
  readonly threads: number;
  readonly dataLimit: number | undefined;
  /** With live workers, which execute the tasks in place of this machine. */
  readonly queue: Pick<OverQueue, 'queueing' | 'flags'> | undefined;
}

async function execute(
  io: Io,
  planned: PlannedStudy,
  folder: ResultsFolder,
  shard: Shard,
  machine: Machine,
): Promise<void> {
  const work = async ({ report, signal }: Stages) => {
    const { plan } = planned;
    const prepared = await prepareShard(planned, folder, shard, report);
    raise(allFailed(prepared));
    printDiagnostics(io, failedDesigns(plan, prepared));
    const opened = await openShard(plan, prepared, folder, shard);
    const count = opened.board.missing().length;
    let [come, missing] = [0, 0];
    let note: string | undefined;
    const onNote = (said: string) => {
      note = said;
      if (missing > 0 && !signal.aborted) report('tasks', come, missing, note);
    };
    const transport = machine.queue
      ? transportOverQueue(io, { ...machine.queue, folder, signal, onNote })
      : await transportOf(io, planned, prepared, folder, { ...machine, count, signal });
    await executeShard(plan, opened, journalOf(folder, shard), transport, (now, of) => {
      [come, missing] = [now, of];
      report('tasks', come, missing, note);
    });
  };
  return withStages(io, work, () => ({ kept: 'the results of finished tasks are kept', goOn: [] }));
}

/** What the compiler says of the first design, where it compiles none of them. */
function allFailed({ designs }: Prepared): readonly Diagnostic[] {
  const made = designs.filter((design) => design !== undefined);
  const problems = made.flatMap((design) => ('problems' in design ? [design.problems] : []));
  return problems.length === made.length ? (problems[0] ?? []) : [];
}

/** One warning for each design that cannot be compiled. */
function failedDesigns({ designs }: SweepPlan, prepared: Prepared) {
  return prepared.designs.flatMap((made, i) => {
    if (!made || !('problems' in made)) return [];
    const { target, values } = designs[i]!;
    const named = [target, ...Object.entries(values).map(([axis, value]) => `${axis}=${value}`)].join(', ');
    const [{ code, at, message }] = made.problems as [(typeof made.problems)[number]];
    return [designNotCompiled(named, `${code} at ${at}: ${message}`)];
  });
}

async function transportOf(
  io: Io,
  planned: PlannedStudy,
  prepared: Prepared,
  folder: ResultsFolder,
  {
    threads,
    dataLimit,
    count,
    signal,
  }: Omit<Machine, 'queue'> & { readonly count: number; readonly signal: AbortSignal },
): Promise<Transport> {
  const kept = resultsPlace(io);
  const context = {
    packages: folder.packages,
    models: folder.models,
    data: dataPlaces(planned, prepared),
    ...defined({
      dataLimit,
      store: kept === undefined ? undefined : { folder: kept, code: await codeHash() },
    }),
  };
  return transportHere(context, { threads, count, signal });
}

/** Puts results in order, and makes table and page of them, where none is missing. */
async function finish(
  folder: ResultsFolder,
  plan: SweepPlan,
): Promise<{ readonly report: SweepReport } | MissingTasks> {
  const found = await finishSweep(folder, plan);
  if ('missing' in found) return found;
  await writeInPlace(folder.report, Buffer.from(sweepPage(found)), true);
  return { report: found };
}

async function estimate(
  io: Io,
  planned: PlannedStudy,
  { dataLimit, json }: SweepCommandLine,
  threads: number,
): Promise<void> {
  const probe = await withStages(io, ({ report }) => probeSweep(planned, dataLimit, io.now, report));
  const beside = Math.min(threads, probe.tasks);
  const outcome = {
    ...{ crossloom: version, title: planned.plan.title, ...probe, threads: beside },
    time: probe.designs * probe.compileTime + (probe.tasks / beside) * probe.taskTime,
    memory: probe.sharedMemory + beside * probe.taskMemory,
  };
  if (json) printJson(io, 'sweep-dry-run', outcome);
  else io.stdout(formatEstimate(outcome, planned.plan.stop !== undefined));
}

async function merge(io: Io, path: string, { json }: Pick<SweepCommandLine, 'json'>): Promise<void> {
  const entry = await stat(path).catch(() => undefined);
  if (!entry?.isDirectory()) raise([sweepUnreadable(path, entry ? 'it is no folder' : 'it is not there')]);
  const plan = await planIn(path);
  const folder = resultsFolder(path);
  const found = await finish(folder, plan);
  if (json) printJson(io, 'sweep', { crossloom: version, folder: path, shard: wholeSweep, ...found });
  if ('missing' in found) {
    const parts = found.parts.map(({ shard, missing }) => `${shard.number}/${shard.of}: ${missing}`);
    return raise([sweepIncomplete(path, found.missing, found.all, parts)]);
  }
  if (!json) io.stdout(formatSweep(found.report, folder, io.columns));
}

export function registerSweep(program: Command, io: Io): void {
  const command = program
    .command('sweep')
    .description('measure a study: many targets, options, chips and times, here or on a cluster')
    .argument('<study>', 'the YAML file of the study (docs/sweep.md)')
    .option('-o, --output <dir>', 'the folder of the results; the same command goes on with what is there')
    .option(
      '--dry-run',
      'tell how many tasks there are, and what time and memory they take by one that is executed',
    )
    .addOption(
      new Option(
        '--shard <i/n>',
        'execute this share of the tasks, for `sweep merge` to join (docs/cluster.md)',
      ).argParser(shardText),
    )
    .option(
      '--shards <n>',
      'shares that there are, where JOB_COMPLETION_INDEX says which one this is (default: CROSSLOOM_SHARDS)',
      wholeNumber(1, 999_999),
    );
  withExamples(
    withJson(withThreads(withDataLimit(withQueue(command)))),
    'crossloom sweep study.yaml --dry-run',
    'crossloom sweep study.yaml -o results/',
    'crossloom sweep study.yaml -o results/ --shard 3/16',
    'crossloom sweep study.yaml -o results/ --queue redis://queue.example:6379',
  ).action((file: string, args: SweepCommandLine) => run(io, file, args));
  const merging = command
    .command('merge')
    .description('join what shards of a sweep have measured, or tell what is missing')
    .argument('<results>', 'the folder of the results');
  withExamples(withJson(merging), 'crossloom sweep merge results/').action(
    (path: string, args: Pick<SweepCommandLine, 'json'>) => merge(io, path, args),
  );
}
