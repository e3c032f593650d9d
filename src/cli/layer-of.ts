/** A layer that the user names -> its number among those with arrays in a package; another name is told what it stands for. */
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Places } from '../inspect/where.ts';
import { layerName } from '../ir/graph.ts';
import type { Package } from '../package/open.ts';
import { didYouMean } from '../text/near-names.ts';

export function layerOf({ layers }: Places, { manifest }: Package, name: string): number {
  const found = layers.get(name);
  if (found !== undefined) return found;
  const node = manifest.nodes.find((origin) => layerName(origin) === name);
  const why = node
    ? `this node has no cells of its own (${node.crossbar ? 'it is part of another layer: ' : 'it stays digital: '}${node.rule})`
    : 'no layer on crossbars has this name';
  throw new DiagnosticError([optionInvalid(`--layer ${name}`, why, ...didYouMean(name, [...layers.keys()]))]);
}
