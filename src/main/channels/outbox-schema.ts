/**
 * The schema of the outbox, one script per version (storage/database.ts). Times are epoch ms, `body` is a message as JSON (message.ts). Messages of one
 * lane, a host, leave in the order of their ids. `told` are the open incidents that a channel has heard of. `cursor.at` is the sequence of the last incident's change that was taken in.
 */
export const outboxMigrations: readonly string[] = [
  `
  CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX message_channel ON message (channel);
  CREATE INDEX message_kind ON message (channel, kind);
  CREATE TABLE tally (
    channel TEXT PRIMARY KEY,
    sent INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    last_sent_at INTEGER,
    refusal TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE told (channel TEXT NOT NULL, incident TEXT NOT NULL, PRIMARY KEY (channel, incident)) STRICT, WITHOUT ROWID;
  CREATE TABLE cursor (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
];
