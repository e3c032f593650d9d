/**
 * The time that a tuning may take, and what measurements took of it -> whether there is time for another one. What is taken at the end
 * is always measured on held-out images, so that much is kept back.
 */

export interface Clock {
  /** Seconds until the end. */
  readonly left: () => number;
  /** Takes note of the seconds that compiling a mapping took. */
  readonly compiled: (seconds: number) => void;
  /** The same of a chip with so many arrays that was programmed, read, corrected and run on the images. */
  readonly ran: (seconds: number, arrays: number) => void;
  /** What measuring a mapping of so many arrays, of all its chips, takes (s), and for how many there is time. */
  readonly pace: (arrays: number) => { readonly each: number; readonly most: number };
  /**
   * Whether there is time to measure a mapping of so many arrays, or one chip more of one that is compiled, and to measure it on held-out
   * images after that.
   */
  readonly allows: (what: 'mapping' | 'chip', arrays: number) => boolean;
  /** Whether anything was denied. */
  readonly hasDenied: () => boolean;
}

/**
 * @param budget seconds
 * @param now in ms
 */
export function openClock(budget: number, now: () => number = () => performance.now()): Clock {
  const start = now();
  let [compile, perArray] = [0, 0];
  let denied = false;
  const left = () => budget - (now() - start) / 1000;
  return {
    left,
    compiled(seconds) {
      compile = seconds;
    },
    ran(seconds, arrays) {
      perArray = seconds / arrays;
    },
    pace(arrays) {
      const each = compile + perArray * arrays;
      return { each, most: Math.max(0, Math.floor((left() - perArray * arrays) / each)) };
    },
    allows(what, arrays) {
      const isAllowed = left() > (what === 'mapping' ? compile : 0) + 2 * perArray * arrays;
      denied ||= !isAllowed;
      return isAllowed;
    },
    hasDenied: () => denied,
  };
}
