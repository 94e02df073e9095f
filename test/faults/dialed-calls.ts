import { readFile } from 'node:fs/promises';
import type { Dialed } from './record-dialer.js';

/** A call as the dialer knows it. */
export interface DialedCall {
  readonly id: number;
  readonly phone: string;
  readonly life: number;
  /** What it was asked and has told of it, in order. */
  readonly history: readonly Dialed[];
}

/** The calls that the dialers of all lives of a gateway have placed, in order. */
export async function readDialed(file: string): Promise<DialedCall[]> {
  const calls = new Map<number, DialedCall & { readonly history: Dialed[] }>();
  for (const line of (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '')) {
    const entry = JSON.parse(line) as Dialed;
    if (entry.what !== 'place') calls.get(entry.id)?.history.push(entry);
    else if (calls.has(entry.id)) throw new Error(`call ${entry.id} was placed twice`);
    else calls.set(entry.id, { id: entry.id, phone: entry.phone ?? '', life: entry.life, history: [] });
  }
  return [...calls.values()];
}

const OVER: readonly Dialed['what'][] = ['failed', 'released', 'cancel'];

/** Whether it was up when its process ended. */
export const wasCutOff = ({ history }: DialedCall): boolean => !history.some(({ what }) => OVER.includes(what));
