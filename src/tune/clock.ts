/**
 * The time that a tuning may take, and what measurements took of it -> whether there is time for another one. What is taken at the end
 * is always measured on held-out images, so that much is kept back.
 */

/** What a mapping takes (s): its compilation, and a chip that is programmed, read, corrected and run on the images. */
interface Took {
  readonly compile: number;
  readonly run: number;
}

export interface Clock {
  /** Seconds until the end. */
  readonly left: () => number;
  /** Takes note of what a mapping took. */
  readonly learn: (part: keyof Took, seconds: number) => void;
  /** What measuring a mapping takes, as the last one did (s), and for how many there is time. */
  readonly pace: () => { readonly each: number; readonly most: number };
  /**
   * Whether there is time to measure another mapping, or one chip more of a mapping that is compiled, and one on held-out images after it.
   * @param size how many times as long it takes as the last one did
   */
  readonly allows: (what: 'mapping' | 'chip', size?: number) => boolean;
  /** Whether anything was denied. */
  readonly hasDenied: () => boolean;
}

/**
 * @param budget seconds
 * @param now in ms
 */
export function openClock(budget: number, now: () => number = () => performance.now()): Clock {
  const start = now();
  const took = { compile: 0, run: 0 };
  let denied = false;
  const left = () => budget - (now() - start) / 1000;
  const each = () => took.compile + took.run;
  return {
    left,
    learn(part, seconds) {
      took[part] = seconds;
    },
    pace: () => ({ each: each(), most: Math.max(0, Math.floor((left() - took.run) / each())) }),
    allows(what, size = 1) {
      const next = what === 'mapping' ? each() : took.run;
      const isAllowed = left() > size * (next + took.run);
      denied ||= !isAllowed;
      return isAllowed;
    },
    hasDenied: () => denied,
  };
}
