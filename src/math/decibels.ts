/** A ratio of energies -> decibels. */
export const decibels = (ratio: number): number => 10 * Math.log10(ratio);
