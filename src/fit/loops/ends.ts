/** How write loops end: within a tolerance, or given up after so many pulses; and devices that no pulse moves. */
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import { formatQuantity } from '../../text/units.ts';
import type { FittedField } from '../law.ts';
import type { LoopDevice } from './loops.ts';

/** Share of the way to its target that a device that moves has come at least. */
const moved = 0.2;

export function endsOf(devices: readonly LoopDevice[]) {
  const isMoving = ({ loops }: LoopDevice) =>
    loops.some(({ target, readings }) => {
      const [first, last] = [readings[0]!, readings.at(-1)!];
      return (
        readings.length < 3 || (last - first) * Math.sign(target - first) > moved * Math.abs(target - first)
      );
    });
  const moving = devices.filter(isMoving);
  const loops = moving.flatMap((device) => device.loops);
  const most = Math.max(
    0,
    ...devices.flatMap((device) => device.loops.map(({ readings }) => readings.length - 1)),
  );
  const offOf = (target: number, g: number) => Math.abs(target - g);
  // A loop that ends before the longest was not given up.
  const accepted = loops
    .filter(({ readings }) => readings.length - 1 < most)
    .map(({ target, readings }) => offOf(target, readings.at(-1)!));
  const tolerance = Math.max(0, ...accepted);
  const wentOn = loops
    .flatMap(({ target, readings }) => readings.slice(0, -1).map((g) => offOf(target, g)))
    .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const givenUp = devices
    .flatMap((device) => device.loops)
    .some(
      ({ target, readings }) => readings.length - 1 === most && offOf(target, readings.at(-1)!) > tolerance,
    );
  const lasts = loops.map(({ target, readings }) => readings.at(-1)! - target);
  const left = `readings at the end are off by ${micro(meanOf(lasts))} on the mean, with a standard deviation of ${micro(sigmaOfSample(lasts))}`;
  const fields: readonly FittedField[] = [
    {
      field: 'programming.tolerance',
      value: tolerance * 1e-6,
      unit: 'S',
      from: 'measured',
      how: `loops ended within it, and went on from ${micro(wentOn)}; ${left}`,
    },
    {
      field: 'programming.maxPulses',
      value: most,
      unit: '',
      from: givenUp ? 'measured' : 'assumed',
      how: givenUp ? 'pulses after which loops were given up' : 'the longest loop; none was given up',
    },
  ];
  return { moving, still: devices.length - moving.length, tolerance, fields };
}

const micro = (g: number): string => formatQuantity(g * 1e-6, 'S', 3);
