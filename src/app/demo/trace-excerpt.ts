const ENTRY = /^\d\d:\d\d:\d\d\.\d{3} /;
const RECEIVED = /^\S+ OCMClient\[\d+\]::message received$/;
const STANDARD = /^\S+ Trc (\d+) /;

/** The trace of a run, cut into its entries: a head line and the lines below it. */
export function traceEntries(text: string): string[] {
  const entries: string[] = [];
  for (const line of text.split('\n')) {
    if (ENTRY.test(line)) entries.push(line);
    else if (line !== '' && entries.length > 0) entries.push(`${entries.pop()}\n${line}`);
  }
  return entries;
}

/** Of a run's trace what tells its story: the requests that load and start, and the changes of the campaign group. */
export function traceExcerpt(entries: readonly string[]): string[] {
  return entries.filter((entry) => isRequest(entry, 'GSW_CM_ReqLoadCampaign') || isRequest(entry, 'GSW_CM_ReqStartDialing') || STANDARD.test(entry));
}

/** Whether an entry is that message of a client of the direct protocol. */
export function isRequest(entry: string, message: string): boolean {
  const [head = '', type = ''] = entry.split('\n');
  return RECEIVED.test(head) && type.includes(`[${message}]`);
}

/** The numbers of the standard log's entries, in order. */
export function standardNumbers(entries: readonly string[]): number[] {
  return entries.flatMap((entry) => STANDARD.exec(entry)?.[1] ?? []).map(Number);
}
