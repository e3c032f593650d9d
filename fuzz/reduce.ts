/** A case that fails -> the same with as few mutations as still fail in the same way. */

/**
 * Leaves out one mutation after the other, until none can be missed.
 * @param fails whether the case with these mutations alone fails as the whole one does
 */
export async function reduceSteps(
  steps: readonly number[],
  fails: (kept: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let kept = steps;
  for (let at = 0; at < kept.length; ) {
    const fewer = kept.filter((_, i) => i !== at);
    if (await fails(fewer)) {
      kept = fewer;
      at = 0;
    } else at++;
  }
  return kept;
}
