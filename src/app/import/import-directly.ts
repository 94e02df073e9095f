import { Importer } from '../../service/importer.js';
import { toListTable } from '../../service/runtime.js';
import type { OwnedStore } from '../../store/owned-store.js';
import { createMissingTable } from '../../store/statements/create-list.js';
import { deleteOldImports } from '../../store/statements/imports.js';
import { systemClock } from '../../util/clock.js';
import type { ImportDone, ImportJob } from './import-job.js';

const quiet = (): void => undefined;

/** Imports into a store that no gateway has. */
export async function importDirectly({ client, owner }: OwnedStore, { deployment, list, source, skipBad, file }: ImportJob): Promise<ImportDone> {
  await client.transaction(async (sql) => {
    await createMissingTable(sql, toListTable(list, deployment.doNotCall.table));
    await deleteOldImports(sql, owner);
  });
  const rejected = new Set<number>();
  const log = { error: quiet, warn: quiet, info: quiet };
  const importer = new Importer({ deployment, client, owner, clock: systemClock, log, listChanged: quiet });
  const onRejected = ({ line }: { readonly line: number }): void => void rejected.add(line);
  await importer.finish();
  const { loaded, before, told } = await importer.run(list.name, source, { by: 'the import command', file, ...(skipBad && { onRejected }) });
  return { loaded, before, rejected, told };
}
