import { expect } from 'chai';
import { parseDateTime, secondsOfDateTime } from '../../src/util/date-time-text.js';

describe('a date and time in words', () => {
  for (const [text, expected] of [
    ['03/31/2027 09:05', Date.UTC(2027, 2, 31, 9, 5)],
    ['3/1/2027 9:5', Date.UTC(2027, 2, 1, 9, 5)],
    [' 02/29/2028  23:59:58 ', Date.UTC(2028, 1, 29, 23, 59)],
    ['02/29/2027 09:00', undefined],
    ['13/01/2027 09:00', undefined],
    ['00/01/2027 09:00', undefined],
    ['04/31/2027 09:00', undefined],
    ['01/01/2027 24:00', undefined],
    ['01/01/2027 09:60', undefined],
    ['01/01/27 09:00', undefined],
    ['01/01/0070 09:00', undefined],
    ['2027-01-01 09:00', undefined],
    ['01/01/2027', undefined],
    ['tomorrow', undefined],
  ] as const) {
    it(`${JSON.stringify(text)}: ${expected === undefined ? 'none' : new Date(expected).toISOString()}`, () => expect(parseDateTime(text)).to.equal(expected));
  }

  for (const [what, text, zone, utc] of [
    ['winter', '1/15/2027 12:00', 'America/New_York', '2027-01-15T17:00:00Z'],
    ['summer', '7/15/2027 12:00', 'America/New_York', '2027-07-15T16:00:00Z'],
    ['a time that is skipped comes as much later', '3/14/2027 2:30', 'America/New_York', '2027-03-14T07:30:00Z'],
    ['a time that comes twice is the first', '11/7/2027 1:30', 'America/New_York', '2027-11-07T05:30:00Z'],
    ['the hour before a change', '3/14/2027 1:59', 'America/New_York', '2027-03-14T06:59:00Z'],
    ['the hour behind a change', '3/14/2027 3:00', 'America/New_York', '2027-03-14T07:00:00Z'],
    ['half an hour skipped', '10/3/2027 2:15', 'Australia/Lord_Howe', '2027-10-02T15:45:00Z'],
    ['a day that is skipped', '12/30/2011 12:00', 'Pacific/Apia', '2011-12-30T22:00:00Z'],
  ] as const) {
    it(`${what}: ${text} in ${zone}`, () => expect(secondsOfDateTime(text, zone)).to.equal(Date.parse(utc) / 1000));
  }

  it('is nothing that a calling list could hold outside 1970 to 2038', () => {
    expect(secondsOfDateTime('1/1/1970 0:00', 'Asia/Tokyo')).to.equal(undefined);
    expect(secondsOfDateTime('1/20/2038 0:00', 'Etc/UTC')).to.equal(undefined);
  });
});
