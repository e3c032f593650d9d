/**
 * Runs a lowered network on samples: whole where its constants fit into memory, else piece after piece, all samples
 * through one piece before the next is opened.
 */
import type { Graph } from '../ir/graph.ts';
import { cutGraph, type Piece } from '../lower/pieces.ts';
import { byteLengthOf, type Tensor } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import { openSession, type Session, type SessionOptions } from '../runtime/session.ts';
import { pieceGraph, typed } from './piece-graph.ts';

export type Values = Readonly<Record<string, Tensor>>;

export interface Network {
  /** Pieces that are run one after the other. */
  readonly pieces: number;
  /**
   * @param feeds of a sample, by its number from 0 to `count` - 1
   * @param visit gets every sample's values as they are computed, each value once: feeds, and outputs of the graph
   */
  run(
    count: number,
    feeds: (sample: number) => Promise<Values>,
    visit: (sample: number, values: Values) => void,
  ): Promise<void>;
  release(): Promise<void>;
}

/** @param limit bytes of constants that are in memory at a time, unless one node has more */
export async function openNetwork(
  graph: Graph,
  limit: number,
  options: SessionOptions = {},
): Promise<Network> {
  const pieces = cutGraph(graph, limit);
  if (pieces.length > 1) return inPieces(graph, pieces, options);
  const session = await openSession(encodeModel(graph), options);
  return {
    pieces: 1,
    async run(count, feeds, visit) {
      for (let i = 0; i < count; i++) {
        const given = await feeds(i);
        visit(i, { ...given, ...(await session.run(given)) });
      }
    },
    release: () => session.release(),
  };
}

function inPieces(graph: Graph, pieces: readonly Piece[], options: SessionOptions): Network {
  return {
    pieces: pieces.length,
    async run(count, feeds, visit) {
      /** What later pieces read, by sample. */
      const held: Values[] = [];
      for (const [at, piece] of pieces.entries()) {
        const later = new Set(pieces.slice(at + 1).flatMap((p) => p.inputs));
        let opened: OpenPiece | undefined;
        for (let i = 0; i < count; i++) {
          const known = at === 0 ? await feeds(i) : held[i]!;
          opened ??= await openPiece(graph, piece, known, options);
          const given = Object.fromEntries(piece.inputs.map((name) => [name, known[name]!]));
          const made = await opened.session.run({ ...opened.weights, ...given });
          visit(i, at === 0 ? { ...known, ...made } : made);
          const all = Object.entries({ ...known, ...made });
          held[i] = Object.fromEntries(all.filter(([name]) => later.has(name)));
        }
        await opened?.session.release();
      }
    },
    release: async () => undefined,
  };
}

interface OpenPiece {
  readonly session: Session;
  /** Large constants: an initializer of onnxruntime would be there several times, a feed is there once. */
  readonly weights: Values;
}

/** @param known values that go in, for their types */
async function openPiece(
  graph: Graph,
  piece: Piece,
  known: Values,
  options: SessionOptions,
): Promise<OpenPiece> {
  // Integer weights stay initializers: only of those does onnxruntime know that it may make them unsigned.
  const fed = [...piece.constants].filter(([, t]) => t.type === 'float32' && byteLengthOf(t) >= fedAbove);
  const weights = Object.fromEntries(
    fed.map(([name, { type, dims, data }]): [string, Tensor] => [name, { type, dims, data }]),
  );
  const constants = new Map([...piece.constants].filter(([name]) => !Object.hasOwn(weights, name)));
  const own = pieceGraph(graph, { ...piece, constants }, known);
  const inputs = [...own.inputs, ...fed.map(([name, { type, dims }]) => typed(name, type, dims))];
  const session = await openSession(encodeModel({ ...own, inputs }), options);
  return { session, weights };
}

const fedAbove = 2 ** 20;
