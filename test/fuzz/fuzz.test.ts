import { expect } from 'chai';
import { tmpdir } from 'node:os';
import { saveFinding } from './corpus.js';
import { fuzz } from './fuzz.js';

/** Short: `npm run fuzz` has the long form, and CONTRIBUTING.md how to run it. */
const FRAMES = Number(process.env['OCM_TEST_FRAMES'] ?? 10_000);
const SEEDS = [1];

describe('the listeners of a gateway', function () {
  this.timeout(180_000);

  for (const seed of SEEDS) {
    it(`answer, or end, whatever is sent to them, and are there for others (seed ${seed})`, async () => {
      const { frames, findings, problems } = await fuzz({ frames: FRAMES, seed });
      const found = findings.map((finding, index) => `${finding.dialect}: ${finding.message} (${saveFinding(finding, `ocm-fuzz-${seed}-${index}`, `${tmpdir()}/`)})`);
      expect([...found, ...problems]).to.deep.equal([]);
      expect(frames).to.be.at.least(FRAMES);
    });
  }
});
