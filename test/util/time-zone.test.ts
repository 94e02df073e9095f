import { expect } from 'chai';
import { offsetSeconds, secondOfDay } from '../../src/util/time-zone.js';

const at = (iso: string): number => Date.parse(iso);
const clock = (hours: number, minutes = 0, seconds = 0): number => hours * 3600 + minutes * 60 + seconds;

type Case = readonly [zone: string, at: string, local: number, offset: number];

const CASES: readonly Case[] = [
  ['Etc/UTC', '2026-06-01T00:00:00Z', clock(0), 0],
  ['Etc/UTC', '2026-06-01T23:59:59Z', clock(23, 59, 59), 0],
  // the clocks go forward from 02:00 to 03:00
  ['Europe/Berlin', '2026-03-29T00:59:59Z', clock(1, 59, 59), 3600],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', clock(3), 7200],
  // and back from 03:00 to 02:00
  ['Europe/Berlin', '2026-10-25T00:59:59Z', clock(2, 59, 59), 7200],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', clock(2), 3600],
  // midnight is 0 of the new day, not 24 of the old
  ['Europe/Berlin', '2026-01-01T23:00:00Z', clock(0), 3600],
  ['Europe/Berlin', '2026-01-01T22:59:59Z', clock(23, 59, 59), 3600],
  ['America/New_York', '2026-03-08T06:59:59Z', clock(1, 59, 59), -18_000],
  ['America/New_York', '2026-03-08T07:00:00Z', clock(3), -14_400],
  ['America/New_York', '2026-01-01T02:30:00Z', clock(21, 30), -18_000],
  ['Asia/Kolkata', '2026-01-01T18:30:00Z', clock(0), 19_800],
  ['Pacific/Kiritimati', '2025-12-31T10:00:00Z', clock(0), 50_400],
  ['Australia/Lord_Howe', '2026-07-01T13:30:00Z', clock(0), 37_800],
];

describe('local time', () => {
  for (const [zone, iso, local, offset] of CASES) {
    it(`in ${zone} at ${iso}`, () => {
      expect(secondOfDay(zone, at(iso))).to.equal(local);
      expect(offsetSeconds(zone, at(iso))).to.equal(offset);
    });
  }

  it('has whole seconds, whatever the milliseconds', () => {
    expect(secondOfDay('Asia/Kolkata', at('2026-01-01T18:30:00.999Z'))).to.equal(0);
    expect(offsetSeconds('Asia/Kolkata', at('2026-01-01T18:30:00.999Z'))).to.equal(19_800);
  });

  it('is told of no zone that does not exist', () => {
    expect(() => secondOfDay('Mars/Olympus', 0)).to.throw(RangeError);
  });
});
