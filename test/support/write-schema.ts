/** Writes src/store/schema.sql anew from what the migrations make: `npm run schema`, after a migration was added. */
import { writeFileSync } from 'node:fs';
import { dumpSchema } from './dump-schema.js';
import { openTestStore } from './engine.js';

const store = await openTestStore();
writeFileSync(new URL('../../../src/store/schema.sql', import.meta.url), await dumpSchema(store.client));
await store.close();
