/**
 * Programs one cell as Rao et al., Nature 615, 823 (2023), do in principle: coarse write-verify; then looks of many readings each, and
 * pulses too weak to write as long as these scatter, the weakest first, one of either polarity; then fine steps until the mean of a look is at
 * the level. A cell that the strongest of them leaves fluctuating is RESET, which draws its traps anew, and begins again.
 */
import type { Write, WriteOutcome } from '../scheme.ts';
import {
  type Bench,
  type Device,
  type Look,
  lookAt,
  pulseDevice,
  readDevice,
  resetDevice,
  weakPulse,
} from './device.ts';
import type { DenoiseProgramming } from './parameters.ts';

/** The amplitudes of weak pulses, rising (V). */
export function weakAmplitudes({ weak: { vMin, vMax, amplitudes } }: DenoiseProgramming): number[] {
  return Array.from({ length: amplitudes }, (_, i) => vMin + ((vMax - vMin) * i) / (amplitudes - 1));
}

/** A step towards the level, given what was read (S). */
function step({ law, draws }: Bench, device: Device, distance: number): number {
  const { stepGain, minStep, cycleToCycle } = law;
  const spread = cycleToCycle === 0 ? 1 : 1 + cycleToCycle * draws.cycleToCycle.normal();
  return Math.sign(distance) * Math.max(minStep, stepGain * Math.abs(distance)) * device.gain * spread;
}

const look: Look = { mean: 0, sigma: 0 };

/**
 * @param amplitudes of the weak pulses
 * @param outcome where the result goes
 */
export function writeDenoised(
  bench: Bench,
  device: Device,
  amplitudes: readonly number[],
  { level, tolerance, sent }: Pick<Write, 'level' | 'tolerance' | 'sent'>,
  outcome: WriteOutcome,
): void {
  const { law } = bench;
  const aim = Math.min(law.aim, tolerance);
  let [setPulses, resetPulses, reads, lookReads, weakPulses, restarts] = [0, 0, 0, 0, 0, 0];
  const pulse = (distance: number) => {
    sent?.(distance > 0 ? 'set' : 'reset', Number.NaN);
    pulseDevice(bench, device, step(bench, device, distance));
    if (distance > 0) setPulses++;
    else resetPulses++;
  };
  const spent = () => setPulses + resetPulses >= law.maxPulses;
  let accepted = false;
  let stage: 'coarse' | 'fine' | 'done' = 'coarse';
  let next = 0;
  while (stage !== 'done') {
    if (stage === 'coarse') {
      const distance = level - readDevice(bench, device, law.readTime + law.pulseTime);
      reads++;
      // Where half of the pulses are not enough, a trap may have kept the reading away.
      if (Math.abs(distance) <= law.coarse || setPulses + resetPulses >= law.maxPulses / 2) stage = 'fine';
      else pulse(distance);
      continue;
    }
    lookAt(bench, device, look);
    lookReads += law.look.reads;
    const distance = level - look.mean;
    if (look.sigma > law.look.quiet) {
      if (next < amplitudes.length) {
        for (const direction of [1, -1]) {
          sent?.('weak', direction * amplitudes[next]!);
          weakPulse(bench, device, amplitudes[next]!, direction);
        }
        weakPulses += 2;
        next++;
      } else if (restarts < law.restarts && !spent()) {
        restarts++;
        resetPulses++;
        sent?.('reset', Number.NaN);
        resetDevice(bench, device);
        next = 0;
        stage = 'coarse';
      } else stage = 'done';
      continue;
    }
    next = 0;
    accepted = Math.abs(distance) <= aim;
    if (accepted || spent()) stage = 'done';
    else pulse(distance);
  }
  outcome.conductance = device.g;
  outcome.setPulses = setPulses;
  outcome.resetPulses = resetPulses;
  outcome.reads = reads;
  outcome.lookReads = lookReads;
  outcome.weakPulses = weakPulses;
  outcome.accepted = accepted;
}
