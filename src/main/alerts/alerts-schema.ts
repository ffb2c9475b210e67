/**
 * The schema of alerts.db, one script per version (storage/database.ts). Times are epoch ms. `scope` is `fleet`, `group:<name>` or `host:<id>`.
 * `watch` has every watch that is not simply well (machine.ts), as JSON: after a restart it goes on from there. `change` is what the channels go by:
 * its numbers only grow. `oom` is the kernel's count of OOM kills as it was last seen, and those of the last while.
 */
export const alertsMigrations: readonly string[] = [
  `
  CREATE TABLE incident (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    rule TEXT NOT NULL,
    part TEXT,
    opened_at INTEGER NOT NULL,
    resolved_at INTEGER,
    severity TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incident_open ON incident (resolved_at) WHERE resolved_at IS NULL;
  CREATE INDEX incident_by_time ON incident (opened_at);
  CREATE INDEX incident_of_host ON incident (host, seq);
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    actor TEXT
  ) STRICT;
  CREATE INDEX entry_of_incident ON entry (incident, id);
  CREATE TABLE evidence (
    incident TEXT PRIMARY KEY REFERENCES incident (id) ON DELETE CASCADE,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE watch (
    host TEXT NOT NULL,
    rule TEXT NOT NULL,
    part TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (host, rule, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rule (
    rule TEXT NOT NULL,
    scope TEXT NOT NULL,
    settings TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (rule, scope)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE downtime (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    begin INTEGER NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL
  ) STRICT;
  CREATE TABLE oom (
    host TEXT PRIMARY KEY,
    data TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
