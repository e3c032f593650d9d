/** JSON as Python writes it: NaN and Infinity are there as words, which no field takes. */
export function readJson(text: string): unknown {
  const spelt = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
  try {
    return JSON.parse(spelt) as unknown;
  } catch {
    return undefined;
  }
}
