/**
 * The schema of history.db, one script per version (storage/database.ts). Times are epoch ms.
 *
 * `sweep` is what came lately, one row for all that arrived together: who (Uint32, `host.id`), when (Float64) and the figures (Float32, whole
 * steps, row by row, of the series in `columns`, Uint8), in the byte order of the machine. `chunk` is what is packed (pack.ts): tier 0 the samples of
 * a host, about ten minutes in one; tier 1 its minutes, an hour in one; tier 2 its hours, a day in one. `host.sealed` is the position (place in the
 * order of arrival, history-store.ts) of its last sample that is in the chunks.
 */
export const historyMigrations: readonly string[] = [
  `
  CREATE TABLE host (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    sealed INTEGER NOT NULL,
    gone_at INTEGER
  ) STRICT;
  CREATE TABLE sweep (
    seq INTEGER PRIMARY KEY,
    columns BLOB NOT NULL,
    hosts BLOB NOT NULL,
    times BLOB NOT NULL,
    figures BLOB NOT NULL
  ) STRICT;
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    tier INTEGER NOT NULL,
    host INTEGER NOT NULL,
    at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chunk_of_host ON chunk (host, tier, at);
  CREATE INDEX chunk_by_age ON chunk (tier, until);
  `,
];
