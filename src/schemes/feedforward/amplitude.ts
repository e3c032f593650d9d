/** The write driver's amplitudes: evenly spaced codes from its smallest to its largest. */
import type { FeedforwardProgramming } from './parameters.ts';

type Amplitude = FeedforwardProgramming['amplitude'];

/** Distance of neighbouring amplitudes (V). */
export function amplitudeStep({ min, max, bits }: Amplitude): number {
  return (max - min) / (2 ** bits - 1);
}

/** The amplitude nearest to a wanted one that the driver gives (V). */
export function givenAmplitude(driver: Amplitude, wanted: number): number {
  const step = amplitudeStep(driver);
  const code = Math.round((wanted - driver.min) / step);
  return driver.min + step * Math.min(2 ** driver.bits - 1, Math.max(0, code));
}
