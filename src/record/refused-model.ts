/**
 * An error that work on a model ended with -> the diagnostic that the model deserves, where onnxruntime refuses the model as
 * it was read, or cannot run it on the samples. Passes and emitted graphs take for granted what onnxruntime checks: that
 * they failed is a bug only where the model itself runs.
 */
import { graphInvalid, notRunnable } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { describeOrigin, type Graph, type Origin } from '../ir/graph.ts';
import { byteLengthOf } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import { openSession, type Session } from '../runtime/session.ts';
import type { SampleSource } from './sample-source.ts';

/** A model as it was read, and the name of its file. */
export interface OwnModel {
  readonly graph: Graph;
  readonly file: string;
}

/**
 * Does work that a model could make fail.
 * @param samples that the work runs the model on, where there are any
 * @throws DiagnosticError onnx/graph-invalid or onnx/not-runnable in place of any other error where the model is at fault
 */
export async function unlessRefused<T>(
  model: OwnModel,
  samples: SampleSource | undefined,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A diagnostic says already what is wrong; a full disk is nobody's model, nor is work that was told to stop.
    if (error instanceof DiagnosticError) throw error;
    if (error instanceof Error && ('syscall' in error || error.name === 'AbortError')) throw error;
    const refusal = await refusalOf(model, samples);
    throw refusal ? new DiagnosticError([refusal]) : error;
  }
}

/** Bytes of weights up to which a model is opened for its own sake: beyond, that costs time and memory. */
const mostOpened = 2 ** 28;

/** How onnxruntime begins what ONNX itself forbids; what it says besides, such as of kernels that it lacks, may not matter. */
const contradiction = /\[(Shape|Type)InferenceError\]|with schema\(|NodeProto for |No Op registered/;

/**
 * Asks onnxruntime about a model before any work: passes may read a meaning into what contradicts itself.
 * @throws DiagnosticError onnx/graph-invalid
 */
export async function raiseRefused(model: OwnModel): Promise<void> {
  const constants = [...model.graph.constants.values()];
  const bytes = constants.reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  if (bytes > mostOpened) return;
  const opened = await opening(model);
  if (!('refusal' in opened)) return opened.release();
  if (opened.contradicts) throw new DiagnosticError([opened.refusal]);
}

interface Refused {
  readonly refusal: Diagnostic;
  readonly contradicts: boolean;
}

/** The session, or why there is none. */
async function opening({ graph, file }: OwnModel): Promise<Session | Refused> {
  try {
    return await openSession(encodeModel(withTokens(graph)), { threads: 1, optimized: false });
  } catch (error) {
    const { place, reason, lacksKernel } = read(error, graph);
    const refusal = (lacksKernel ? notRunnable : graphInvalid)(place ?? file, reason);
    return { refusal, contradicts: contradiction.test(String(error)) };
  }
}

async function refusalOf(
  model: OwnModel,
  samples: SampleSource | undefined,
): Promise<Diagnostic | undefined> {
  const { graph, file } = model;
  const session = await opening(model);
  if ('refusal' in session) return session.refusal;
  try {
    for (let i = 0; i < (samples?.length ?? 0); i++) {
      const { feeds } = await samples!.sample(i);
      const problem = await session.run(feeds).then(
        () => undefined,
        (error: unknown) => read(error, graph),
      );
      if (problem) return notRunnable(problem.place ?? `${file}, sample ${i}`, problem.reason);
    }
    return undefined;
  } finally {
    await session.release();
  }
}

/** By this a node is found in a message, whether or not its own name is unique; the optimizer is off, which would rename it. */
const tokenOf = (origin: Origin) => `crossloom@${origin.index}`;
const token = /crossloom@(\d+)/g;

function withTokens(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => ({
    ...node,
    origin: { ...node.origin, name: tokenOf(node.origin) },
  }));
  return { ...graph, nodes };
}

interface Refusal {
  /** The user's node, where the message names one. */
  readonly place: string | undefined;
  readonly reason: string;
  readonly lacksKernel: boolean;
}

/** What stands around the reason in messages of onnxruntime: places in its sources, and the node once more. */
const wrappings = [
  /^This is an invalid model\. /,
  /^In Node, .*? , Error /,
  /^Node ?\(crossloom@\d+\) Op \([^)]*\) /,
  /^Node:crossloom@\d+ /,
  /^Non-zero status code returned while running .*? node\. Name:'.*?' Status Message: /,
  /\S+\.(cc|cpp|h|hpp|cu):\d+ .*? was false\. /,
  /\S+\.(cc|cpp|h|hpp|cu):\d+ \S+ (?=\S)/,
  /\[\w+Error\] /,
  / node with name 'crossloom@\d+'/,
];

/** @returns one line that a person can read; the longest messages list whole signatures */
function read(error: unknown, graph: Graph): Refusal {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const origins = new Map(graph.nodes.map(({ origin }) => [String(origin.index), origin]));
  const named = [...message.matchAll(token)].flatMap(([, index]) => origins.get(index!) ?? []);
  const bare = wrappings.reduce((text, wrapping) => text.replace(wrapping, ''), message);
  const reason = bare.replace(token, (whole, index: string) => {
    const origin = origins.get(index);
    return origin ? describeOrigin(origin) : whole;
  });
  return {
    place: named[0] && describeOrigin(named[0]),
    reason: `onnxruntime refuses it: ${reason.length > longest ? `${reason.slice(0, longest)}...` : reason}`,
    lacksKernel: message.includes('Could not find an implementation'),
  };
}

const longest = 300;
