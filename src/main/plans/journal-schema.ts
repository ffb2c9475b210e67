/**
 * The journal's schema, one script per version (storage/database.ts). Times are epoch ms; `action`, `undo`, `problem` and
 * `holds` hold JSON.
 * `plan_text.text` is what a search looks into, in lower case: SQLite itself lowers ASCII alone.
 */
export const journalMigrations: readonly string[] = [
  `
  CREATE TABLE plan (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    host TEXT NOT NULL,
    host_name TEXT NOT NULL,
    subject TEXT NOT NULL,
    batch TEXT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    direction TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    problem TEXT
  ) STRICT;
  CREATE INDEX plan_by_state ON plan (state, seq);
  CREATE TABLE step (
    plan INTEGER NOT NULL REFERENCES plan (seq),
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    host TEXT NOT NULL,
    action TEXT NOT NULL,
    undo TEXT,
    state TEXT NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    output TEXT NOT NULL,
    problem TEXT,
    PRIMARY KEY (plan, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE plan_text (
    plan INTEGER PRIMARY KEY REFERENCES plan (seq),
    text TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE plan ADD COLUMN at_once INTEGER;
  ALTER TABLE plan ADD COLUMN holds TEXT;
  `,
];
