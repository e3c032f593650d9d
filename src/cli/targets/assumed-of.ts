/** Values of a target that no source stands behind. */
import type { LoadedTarget } from '../../target/target.ts';

export const assumedOf = ({ provenance }: LoadedTarget): number =>
  provenance.filter(({ from }) => from === 'assumed').length;
