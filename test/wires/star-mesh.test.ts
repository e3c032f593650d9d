/** Elimination of nodes against the star-mesh transform written out node by node. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eliminate, type Mesh, openMesh, planElimination } from '../../src/wires/star-mesh.ts';
import { relativeError } from './crossbars.ts';

/** Eliminates the first nodes, of which only those that have a conductance know each other. */
function eliminateFirst(mesh: Mesh, pivots: number): void {
  const { size, conductances } = mesh;
  const between = Array.from({ length: size * size }, (_, c) => [Math.floor(c / size), c % size] as const);
  const known = between.filter((_, c) => conductances[c]! > 0);
  eliminate(mesh, planElimination(size, known, pivots));
}

/** Conductances above the diagonal, siemens. */
type Network = number[][];

function transform(network: Network, pivots: number): Network {
  const between = network.map((row, i) =>
    row.map((_, j) => (i === j ? 0 : network[Math.min(i, j)]![Math.max(i, j)]!)),
  );
  for (let k = 0; k < pivots; k++) {
    const star = between[k]!.map((w, j) => (j > k ? w : 0));
    const sum = star.reduce((a, b) => a + b, 0);
    for (const [i, row] of between.entries())
      for (const j of row.keys()) if (i !== j) row[j]! += (star[i]! * star[j]!) / sum;
  }
  return between;
}

const upper = (network: Network, from: number) =>
  network.flatMap((row, i) => (i < from ? [] : row.filter((_, j) => j > i)));

describe('elimination', () => {
  it('is the star-mesh transform, for any number of nodes', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 2, max: 30 })
          .chain((size) =>
            fc.tuple(
              fc.integer({ min: 0, max: size - 1 }),
              fc.array(
                fc.array(fc.double({ min: 1e-9, max: 1, noNaN: true }), { minLength: size, maxLength: size }),
                { minLength: size, maxLength: size },
              ),
            ),
          ),
        ([pivots, network]) => {
          const size = network.length;
          const mesh = openMesh(size);
          for (let i = 0; i < size; i++)
            for (let j = i + 1; j < size; j++) mesh.conductances[i * size + j] = network[i]![j]!;
          eliminateFirst(mesh, pivots);
          const got = network.map((row, i) => row.map((_, j) => mesh.conductances[i * size + j]!));
          expect(relativeError(upper(got, pivots), upper(transform(network, pivots), pivots))).toBeLessThan(
            1e-13,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('turns a star into a mesh, and three resistors in series into one', () => {
    const star = openMesh(4);
    star.conductances.set([1, 2, 3], 1);
    eliminateFirst(star, 1);
    expect([star.conductances[6], star.conductances[7], star.conductances[11]]).toEqual([2 / 6, 3 / 6, 1]);
    // Nodes 0 and 1 lie between 2 and 3.
    const chain = openMesh(4);
    chain.conductances[0 * 4 + 2] = 1 / 5;
    chain.conductances[0 * 4 + 1] = 1 / 7;
    chain.conductances[1 * 4 + 3] = 1 / 8;
    eliminateFirst(chain, 2);
    expect(chain.conductances[2 * 4 + 3]).toBeCloseTo(1 / 20, 15);
  });
});
