import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { assert, array, asyncProperty, boolean, constantFrom, integer, string, stringMatching, tuple } from 'fast-check';
import { RecordCsvError } from '../../src/lists/record-csv-error.js';
import { readRecordCsv } from '../../src/lists/record-csv.js';
import type { BadRow, CsvRow, GoodRow, RecordCsvOptions } from '../../src/lists/record-csv.js';
import { RECORD_FIELDS, recordColumns, sqlType } from '../../src/lists/record-fields.js';
import type { FieldValue, RecordField } from '../../src/lists/record-fields.js';

const CUSTOM: readonly RecordField[] = [
  { name: 'customer_name', type: 'varchar' },
  { name: 'state', type: 'char', length: 2 },
  { name: 'balance', type: 'float' },
  { name: 'since', type: 'datetime' },
  { name: 'age', type: 'int' },
];
const NAMES = recordColumns(CUSTOM).map(({ name }) => name);

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function endless(text: string) {
  const events = new EventEmitter();
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from(text);
    } finally {
      events.emit('released');
    }
  }
  return { source: source(), released: once(events, 'released') };
}

async function* failing(first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first;
  throw new Error('EIO');
}

async function rowsOf(text: string | Uint8Array, size = 1 << 16, options?: RecordCsvOptions): Promise<CsvRow[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const { batches } = await readRecordCsv(chunksOf(bytes, size), CUSTOM, options);
  const rows: CsvRow[] = [];
  for await (const batch of batches) rows.push(...batch.rows);
  return rows;
}

/** The values of a good row by name, without those that are null. */
function said(row: CsvRow | undefined): Record<string, FieldValue> {
  if (row?.kind !== 'good') throw new Error(`expected a good row: ${JSON.stringify(row)}`);
  expect(row.values).to.have.length(NAMES.length);
  return Object.fromEntries(NAMES.map((name, index) => [name, row.values[index] ?? null] as const).filter(([, value]) => value !== null));
}

async function failureOf(run: Promise<unknown>): Promise<RecordCsvError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof RecordCsvError) return error;
    throw error;
  }
  throw new Error('expected a RecordCsvError, but nothing was thrown');
}

const badOf = async (header: string, row: string): Promise<BadRow> => {
  const [first, ...rest] = await rowsOf(`${header}\n${row}\n`);
  expect(rest).to.deep.equal([]);
  if (first?.kind !== 'bad') throw new Error(`expected a bad row: ${JSON.stringify(first)}`);
  return first;
};

const DEFAULTS = { contact_info_type: 0, record_type: 2, record_status: 1, call_result: 28, attempt: 0 };

describe('a file of records', () => {
  it('needs contact_info only; the rest is null or what makes it dialable', async () => {
    const rows = await rowsOf('contact_info\n555-0100\n');
    expect(rows).to.have.length(1);
    expect(said(rows[0])).to.deep.equal({ contact_info: '555-0100', ...DEFAULTS });
    expect(rows[0]?.line).to.equal(2);
  });

  it('takes every field of the layout and custom fields, in any order and case', async () => {
    const cells: Record<string, string> = { record_id: '7', contact_info: '1', record_status: '3', chain_n: '-1', agent_id: 'a', Customer_Name: 'Ada, "Lady"' };
    Object.assign(cells, { state: 'CA', balance: '-1.5e3', since: '2024-02-29T08:30', age: ' 36 ', tz_dbid: '1', daily_till: '86400' });
    const names = Object.keys(cells).toReversed();
    const row = names.map((name) => `"${cells[name]?.replaceAll('"', '""')}"`).join(',');
    expect(said((await rowsOf(`${names.join(' , ')}\n${row}`))[0])).to.deep.equal({
      ...DEFAULTS,
      record_id: 7,
      contact_info: '1',
      record_status: 3,
      chain_n: -1,
      agent_id: 'a',
      customer_name: 'Ada, "Lady"',
      state: 'CA',
      balance: -1500,
      since: '2024-02-29 08:30:00',
      age: 36,
      tz_dbid: 1,
      daily_till: 86_400,
    });
  });

  it('reads an empty cell as null, or as the default', async () => {
    const [row] = await rowsOf('contact_info,attempt,agent_id,customer_name\n1,,"",\n');
    expect(said(row)).to.deep.equal({ contact_info: '1', ...DEFAULTS });
  });

  it('takes a BOM, CRLF, blank lines, line ends in quotes, and a last line without an end; counts lines as an editor does', async () => {
    const text = '\uFEFF\r\ncontact_info,customer_name\r\n1,"a\r\nb\nc"\r\n\r\n\r\n2,x\r\n3,"y"\n4,z';
    const rows = await rowsOf(text);
    expect(rows.map((row) => [row.line, said(row)['contact_info'], said(row)['customer_name']])).to.deep.equal([
      [3, '1', 'a\r\nb\nc'],
      [8, '2', 'x'],
      [9, '3', 'y'],
      [10, '4', 'z'],
    ]);
  });

  it('says what its header was', async () => {
    const { header, batches } = await readRecordCsv(chunksOf(Buffer.from('\uFEFFcontact_info,"age"\r\n1,2\r\n'), 3), CUSTOM);
    expect(header).to.equal('contact_info,"age"');
    for await (const batch of batches) expect(batch.rows).to.have.length(1);
  });

  it('comes in batches that say how far they are', async () => {
    const text = `contact_info\n${'5550100\n'.repeat(25)}`;
    const { batches } = await readRecordCsv(chunksOf(Buffer.from(text), 50), CUSTOM, { batchRows: () => 10 });
    const seen: [number, number][] = [];
    for await (const { rows, bytes } of batches) seen.push([rows.length, bytes]);
    expect(seen.map(([rows]) => rows)).to.deep.equal([10, 10, 5]);
    const bytes = seen.map(([, at]) => at);
    expect(bytes).to.deep.equal(bytes.toSorted((one, other) => one - other));
    expect(bytes.at(-1)).to.equal(text.length);
  });

  it('lets its source go when the reader stops early, or the header is wrong', async () => {
    const right = endless('contact_info\n');
    const { batches } = await readRecordCsv(right.source, CUSTOM, { batchRows: () => 2 });
    for await (const batch of batches) {
      expect(batch.rows).to.have.length(2);
      break;
    }
    await right.released;
    const wrong = endless('phone\n');
    await failureOf(readRecordCsv(wrong.source, CUSTOM));
    await wrong.released;
  });

  it('passes on a failure of its source, at once or later', async () => {
    for (const text of ['contact_info\n1\n', '']) {
      const source = failing(Buffer.from(text));
      const messages: string[] = [];
      try {
        const { batches } = await readRecordCsv(source, CUSTOM);
        for await (const batch of batches) expect(batch.rows).to.have.length(1);
      } catch (error) {
        messages.push((error as Error).message);
      }
      expect(messages).to.deep.equal(['EIO']);
    }
  });

  it('reads the same wherever its bytes are cut', async () => {
    const cell = string({ unit: constantFrom('a', 'é', '😀', ',', '"', '\r\n', '\n', ' '), maxLength: 6 });
    const table = array(tuple(stringMatching(/^[0-9]{1,4}$/), cell), { maxLength: 8 });
    const chunkSize = integer({ min: 1, max: 9 });
    await assert(
      asyncProperty(table, constantFrom('\n', '\r\n'), chunkSize, boolean(), async (given, end, size, ended) => {
        const lines = given.map(([phone, name]) => `${phone},"${name.replaceAll('"', '""')}"`);
        const text = ['contact_info,customer_name', ...lines].join(end) + (ended ? end : '');
        const rows = await rowsOf(text, size);
        let line = 2;
        const expected = given.map(([phone, name]) => {
          const at = line;
          line += 1 + (name.match(/\n/g)?.length ?? 0);
          return [at, phone, name === '' ? undefined : name];
        });
        expect(rows.map((row) => [row.line, said(row)['contact_info'], said(row)['customer_name']])).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a header that is wrong', () => {
  const CASES: readonly (readonly [what: string, text: string, line: number, field: string | undefined, says: string])[] = [
    ['an unknown column', 'contact_info,phone\n1,2\n', 1, 'phone', '"phone"'],
    ['a column of another separator', 'contact_info;age\n1;2\n', 1, 'contact_info;age', '"contact_info;age"'],
    ['a column without a name', 'contact_info,\n1,2\n', 1, '', 'column 2 has no name'],
    ['a column twice', 'contact_info,age,AGE\n1,2,3\n', 1, 'AGE', 'twice'],
    ['no contact_info', 'age\n2\n', 1, 'contact_info', 'contact_info'],
    ['the wrong columns, below blank lines', '\n\nage\n2\n', 3, 'contact_info', 'line 3'],
    ['nothing at all', '', 1, undefined, 'empty'],
    ['nothing but blank lines', '\r\n\r\n', 1, undefined, 'empty'],
  ];
  for (const [what, text, line, field, says] of CASES) {
    it(`has ${what}`, async () => {
      const error = await failureOf(rowsOf(text));
      expect({ line: error.line, field: error.field }).to.deep.equal({ line, field });
      expect(error.message).to.include(`line ${line}: `).and.include(says);
    });
  }
});

describe('a row that is wrong', () => {
  const CASES: readonly (readonly [field: string, cell: string, expected: string])[] = [
    ['record_id', 'x', 'an integer from -2147483648 to 2147483647'],
    ['record_id', '2147483648', 'an integer'],
    ['record_id', '1.0', 'an integer'],
    ['record_id', '0x10', 'an integer'],
    ['contact_info_type', '12', 'an integer from 0 to 11'],
    ['record_type', '8', 'an integer from 0 to 7'],
    ['record_status', '11', 'an integer from 0 to 10'],
    ['record_status', '-1', 'an integer from 0 to 10'],
    ['call_result', '54', 'an integer from 0 to 53'],
    ['attempt', '-1', 'an integer from 0 to 2147483647'],
    ['dial_sched_time', '-1', 'an integer from 0'],
    ['dial_sched_time', '2026-01-01', 'an integer from 0'],
    ['call_time', '9999999999', 'an integer from 0'],
    ['daily_from', '86401', 'an integer from 0 to 86400'],
    ['daily_till', '-1', 'an integer from 0 to 86400'],
    ['agent_id', 'x'.repeat(65), 'at most 64 characters'],
    ['customer_name', 'a\0b', 'text without NUL'],
    ['state', 'CAL', 'at most 2 characters'],
    ['state', '😀😀😀', 'at most 2 characters'],
    ['balance', '1,5', 'a number'],
    ['balance', 'Infinity', 'a number'],
    ['balance', '1e999', 'a number'],
    ['since', '2026-02-29', 'a date'],
    ['since', '2026-13-01', 'a date'],
    ['since', '1900-02-29', 'a date'],
    ['since', '2026-04-31 10:00:00', 'a date'],
    ['since', '2026-04-30 24:00:00', 'a date'],
    ['since', '30.04.2026', 'a date'],
    ['age', 'old', 'an integer'],
  ];
  for (const [field, cell, expected] of CASES) {
    it(`${field} ${JSON.stringify(cell.slice(0, 20))}`, async () => {
      const row = await badOf(`contact_info,${field}`, `1,"${cell}"`);
      expect({ line: row.line, field: row.field, raw: row.raw }).to.deep.equal({ line: 2, field, raw: `1,"${cell}"` });
      expect(row.message).to.include(`line 2, ${field}: found "`).and.include(`expected ${expected}`);
      expect(row.message.length).to.be.lessThan(200);
    });
  }

  it('takes what is just inside the ranges', async () => {
    const header = 'contact_info,record_id,record_status,call_result,record_type,contact_info_type,state,since';
    const rows = await rowsOf(`${header}\n1,-2147483648,10,53,7,11,😀😀,2000-02-29\n2,2147483647,0,0,0,0,,9999-12-31 23:59:59\n`);
    expect(rows.map((row) => [row.kind, row.kind === 'good' && said(row)['since']])).to.deep.equal([
      ['good', '2000-02-29 00:00:00'],
      ['good', '9999-12-31 23:59:59'],
    ]);
  });

  it('has nothing to dial', async () => {
    for (const row of [',2', '"",2', ' ,2']) {
      const { field, message } = await badOf('contact_info,age', row);
      expect(field).to.equal('contact_info');
      expect(message).to.include('found nothing');
    }
  });

  it('has a contact that is too long for its column', async () => {
    expect((await badOf('contact_info,age', `${'5'.repeat(129)},1`)).message).to.include('at most 128 characters');
  });

  it('has more or fewer cells than the header', async () => {
    for (const row of ['1', '1,2,3']) {
      const { field, message, raw } = await badOf('contact_info,age', row);
      expect(field).to.equal(undefined);
      expect(message).to.match(/^line 2: found [13] cells, expected 2 as in the header$/);
      expect(raw).to.equal(row);
    }
  });

  it('has bytes that are not UTF-8', async () => {
    const rows = await rowsOf(Buffer.concat([Buffer.from('contact_info,customer_name\n1,'), Buffer.from([0xff]), Buffer.from('\n2,b\n')]));
    expect(rows.map((row) => row.kind)).to.deep.equal(['bad', 'good']);
    expect((rows[0] as BadRow).message).to.include('line 2, customer_name').and.include('UTF-8');
  });

  it('with a misplaced quote does not cost the rows around it', async () => {
    const rows = await rowsOf('contact_info,customer_name\n1,a\n2,5" pipe\n3,"x"y\n4,"z"\n');
    expect(rows.map((row) => [row.kind, row.line])).to.deep.equal([['good', 2], ['bad', 3], ['bad', 4], ['good', 5]]);
    expect((rows[1] as BadRow).raw).to.equal('2,5" pipe');
    expect((rows[2] as BadRow).raw).to.equal('3,"x"y');
    expect((rows[2] as BadRow).message).to.include('misplaced quote');
  });

  it('never hides rows in a cell whose quote is closed in a later one', async () => {
    const rows = await rowsOf('contact_info,customer_name\n"1,a\n2,b\n"3",c\n4,d\n');
    expect(rows.map((row) => [row.kind, row.line])).to.deep.equal([['bad', 2], ['good', 5]]);
    expect((rows[0] as BadRow).raw).to.equal('"1,a\n2,b\n"3",c');
  });

  it('with a quote that is never closed is told after the good ones before it', async () => {
    const rows = await rowsOf('contact_info,customer_name\n1,a\n\n2,"b\n3,c\n');
    expect(rows.map((row) => [row.kind, row.line])).to.deep.equal([['good', 2], ['bad', 4]]);
    expect((rows[1] as BadRow).raw).to.equal('2,"b\n3,c');
    expect((rows[1] as BadRow).message).to.include('misplaced quote');
  });

  it('that does not end is not gathered in memory', async () => {
    const text = `contact_info,customer_name\n1,a\n2,"${'b\n'.repeat(3000)}`;
    const error = await failureOf(rowsOf(text, 1 << 16, { rowBytes: 1000 }));
    expect(error.message).to.equal('line 3: a row of more than 1000 bytes begins here; is a quote never closed?');
    expect((await rowsOf(`contact_info,customer_name\n1,${'b'.repeat(900)}\n`, 100, { rowBytes: 1000 }))[0]?.kind).to.equal('good');
  });

  it('does not keep good and bad rows out of order', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => (index % 3 === 0 ? `${index},x` : `${index},1`));
    const rows = await rowsOf(`contact_info,age\n${lines.join('\n')}\n`, 7, { batchRows: () => 4 });
    expect(rows.map((row) => row.line)).to.deep.equal(lines.map((_, index) => index + 2));
    expect(rows.filter((row): row is GoodRow => row.kind === 'good')).to.have.length(33);
  });
});

describe('the layout of a list', () => {
  it('has the columns of OCS in their order, then the custom ones', () => {
    expect(RECORD_FIELDS.map(({ name }) => name).join(' ')).to.equal(
      'record_id contact_info contact_info_type record_type record_status call_result attempt dial_sched_time call_time ' +
        'daily_from daily_till tz_dbid campaign_id agent_id chain_id chain_n group_id app_id treatments media_ref ' +
        'email_subject email_template_id switch_id',
    );
    expect(NAMES.slice(-CUSTOM.length)).to.deep.equal(CUSTOM.map(({ name }) => name));
  });

  it('is declared in PostgreSQL types', () => {
    const types = [...CUSTOM, { name: 'x', type: 'varchar', length: 64 } as const].map(sqlType);
    expect(types).to.deep.equal(['varchar', 'char(2)', 'double precision', 'timestamp', 'integer', 'varchar(64)']);
  });
});
