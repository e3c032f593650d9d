/** Diagnostics about sweeps: their studies, tasks and results. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why, warning } from './make.ts';

export const otherVersion = (place: string, made: string, own: string): Diagnostic =>
  error('sweep/other-version', place, [
    `it was made by version ${made}, and this is version ${own}`,
    'Use the same version everywhere: results of different versions are not comparable.',
  ]);

const studyPage = 'The fields of a study are described in docs/sweep.md.';

export const studyUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a study; see docs/sweep.md',
    error('sweep/unreadable', path, [`it cannot be read (${reasonOf(why)})`, studyPage]),
  );

export const studyInvalid = (place: string, reason: string, ...notes: string[]): Diagnostic =>
  error('sweep/invalid', place, [reason, ...notes, studyPage]);

export const sweepTooLarge = (place: string, what: string, most: number): Diagnostic =>
  error('sweep/too-large', place, [
    `the study comes to ${what}, and a sweep has at most ${most}`,
    'Take fewer values of its axes, or more images for each task, or make several studies of it.',
  ]);

export const sweepUnreadable = (path: string, reason: string): Diagnostic =>
  error('sweep/no-results', path, [
    `this is no folder of a sweep: ${reason}`,
    'Give the folder that `crossloom sweep STUDY.yaml -o FOLDER` wrote.',
  ]);

/** @param fields of the plan that are not the same */
export const otherStudy = (path: string, title: string, fields: readonly string[]): Diagnostic =>
  error('sweep/other-study', path, [
    `it has results of another study ('${title}'): not the same are ${fields.join(', ')}`,
    'Take another folder for this study, or the study and the files that the folder was made with.',
  ]);

export const sweepDamaged = (place: string, reason: string): Diagnostic =>
  error('sweep/damaged', place, [
    `this is not what was written there: ${reason}`,
    'Remove the file, or the line, and run the sweep again: what is missing is measured again.',
  ]);

export const resultsOfOther = (place: string, got: string, expected: string): Diagnostic =>
  error('sweep/other-results', place, [
    `this is a result of another study (SHA-256 ${got.slice(0, 12)}, this folder ${expected.slice(0, 12)})`,
    'Remove the file, and merge parts of one study only.',
  ]);

export const shardOutOfRange = (place: string, number: number, of: number): Diagnostic =>
  error('sweep/shard', place, [
    `there is no shard ${number} of ${of}`,
    'Shards are numbered from 1 to as many as there are; an index of a Kubernetes Job, and an id of a Slurm array, are counted from their first.',
  ]);

/** @param parts such as `3/16: 120` */
export const sweepIncomplete = (
  path: string,
  missing: number,
  all: number,
  parts: readonly string[],
): Diagnostic =>
  error('sweep/incomplete', path, [
    `${missing} of ${all} tasks have no result`,
    ...(parts.length > 0 ? [`Missing by shard: ${parts.join(', ')}.`] : []),
    'Run what is missing with the same command, and merge again.',
  ]);

/** @param problem what the compiler says of it */
export const designNotCompiled = (design: string, problem: string): Diagnostic =>
  warning('sweep/not-compiled', design, [
    `this design cannot be compiled: ${problem}`,
    'It is in the table without figures; all others are measured.',
  ]);
