/**
 * The schema of the journal of commands, one script per version (storage/database.ts). Times are epoch ms, `time_limit` and `took` ms;
 * `vals` and `problem` hold JSON. On hosts before `run.begun` the command may have been begun, whatever their result says yet. `run.words`
 * is what a search looks into, in lower case; `run.kept` is how long the run's outputs are together.
 */
export const commandMigrations: readonly string[] = [
  `
  CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL,
    vals TEXT NOT NULL,
    place TEXT NOT NULL,
    account TEXT NOT NULL,
    time_limit INTEGER NOT NULL,
    at_once INTEGER NOT NULL,
    canary INTEGER NOT NULL,
    actor TEXT NOT NULL,
    retry_of TEXT,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    hosts INTEGER NOT NULL,
    well INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    problem TEXT,
    words TEXT NOT NULL,
    kept INTEGER NOT NULL,
    begun INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE result (
    run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    code INTEGER,
    signal TEXT,
    started_at INTEGER,
    took INTEGER,
    output TEXT,
    bytes INTEGER NOT NULL,
    cut_bytes INTEGER NOT NULL,
    problem TEXT,
    PRIMARY KEY (run, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE output (
    run INTEGER NOT NULL REFERENCES run (seq) ON DELETE CASCADE,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (run, name)
  ) STRICT;
  `,
];
