/** What passes make -> text on standard output or in a folder; and the end of a compilation after one of its stages. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Given } from '../compile/artefacts.ts';
import type { CompileHooks } from '../compile/compiled.ts';
import { printMade } from '../compile/print.ts';
import { passes, stages } from '../compile/stages.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { FolderKind } from '../files/write-folder.ts';
import type { Io } from './io.ts';

/** Stages in their order; `calibrate` has no passes. */
export const stageNames = ['lower', 'calibrate', 'integers', 'map', 'program'] as const;
type StageName = (typeof stageNames)[number];

export interface PassFlags {
  readonly printAfter?: string;
  readonly stopAfter?: StageName;
  readonly saveStages?: string;
}

/** A folder of such texts is known by the first of them. */
export const passFolder: FolderKind = {
  marker: `01-${stages.lower[0].name}.txt`,
  otherwise: (path, reason) => optionInvalid(`--save-stages ${path}`, reason, 'Choose another folder.'),
};

/** A compilation has reached its last stage: nothing is wrong. */
export class StageReached extends Error {
  override readonly name = 'AbortError';
}

/** @throws DiagnosticError where a pass whose result is to be printed does not run */
export function checkPasses({ printAfter, stopAfter }: PassFlags, given: Given): void {
  const pass = passes.find(({ name }) => name === printAfter);
  const idle = pass?.idle?.(given);
  if (idle) raise([optionInvalid(`--print-after ${printAfter}`, `${idle} this pass does not run`)]);
  if (pass && stopAfter && isLater(stageOf(pass.name), stopAfter))
    raise([
      optionInvalid(
        `--stop-after ${stopAfter}`,
        `${printAfter} comes later, in the stage ${stageOf(pass.name)}`,
      ),
    ]);
}

/**
 * The hooks of a compilation that is looked at.
 * @param folder where the text of every pass goes
 * @throws StageReached, through the compilation, where a stage after the last begins
 */
export function passHooks(
  io: Io,
  { printAfter, stopAfter }: PassFlags,
  folder: string | undefined,
  onProgress: NonNullable<CompileHooks['onProgress']>,
): CompileHooks {
  const enter = (stage: StageName) => {
    if (stopAfter && isLater(stage, stopAfter)) throw new StageReached();
  };
  let number = 0;
  return {
    onProgress(stage, done, total) {
      if (stage === 'calibrate') enter('calibrate');
      // What is known of the layers' inputs then.
      if (stage === 'map') enter('integers');
      onProgress(stage, done, total);
    },
    onPass(name, made) {
      enter(stageOf(name));
      number++;
      if (folder !== undefined)
        writeFileSync(join(folder, `${String(number).padStart(2, '0')}-${name}.txt`), printMade(made));
      if (name === printAfter) io.stdout(`${printMade(made)}\n`);
    },
  };
}

function stageOf(pass: string): StageName {
  const found = Object.entries(stages).find(([, steps]) => steps.some(({ name }) => name === pass));
  return found![0] as StageName;
}

const isLater = (stage: StageName, than: StageName) => stageNames.indexOf(stage) > stageNames.indexOf(than);
