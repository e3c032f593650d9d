/**
 * 1/f noise accumulated from the time of one reading to a time: a factor on standard deviations, whose square grows with
 * ln((t + tr) / (2 tr)) (Nandakumar et al. 2019).
 */
export function accumulated(time: number, readTime: number): number {
  return Math.sqrt(Math.max(0, Math.log((time + readTime) / (2 * readTime))));
}
