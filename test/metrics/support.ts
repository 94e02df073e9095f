/** The value of a sample with exactly these labels in the text format of Prometheus; undefined where there is none. */
export function sampleOf(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  for (const line of text.split('\n')) {
    const [, found, inner = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    const has = inner === '' ? [] : inner.split(/,(?=\w+=)/);
    if (has.length === wanted.length && wanted.every((pair) => has.includes(pair))) return Number(value);
  }
  return undefined;
}
