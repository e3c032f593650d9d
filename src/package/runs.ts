/**
 * Runs what a package holds: turns what onnxruntime says of its graphs into diagnostics. What Crossloom wrote always runs, so a
 * graph that is refused was changed by somebody who put the hashes right.
 */
import { packageUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { type Package, pathIn } from './open.ts';

/** @throws DiagnosticError package/unreadable where onnxruntime refuses the graph, or cannot run it */
export async function runsOf<T>(pkg: Package, file: 'host' | 'reference', run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Errors of onnxruntime have no class of their own; those of the system have a number.
    if (error instanceof Error && error.constructor === Error && !('errno' in error)) {
      const reason = error.message.split('\n')[0]!;
      raise([packageUnreadable(pathIn(pkg, file), `onnxruntime refuses it: ${reason}`)]);
    }
    throw error;
  }
}
