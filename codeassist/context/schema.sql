-- What an index stores. `worktree` and `file` are of one working tree; the rest hangs on a blob, a content in a
-- language, and is shared. Paths are bytes: a file name need not be text.

CREATE TABLE worktree (id INTEGER PRIMARY KEY, root BLOB NOT NULL UNIQUE, generation INTEGER NOT NULL);

-- `settled`: the file was last changed so long before it was read that a later change must show in its times.
-- `reason`: why it is left out for its name or size; then it was never opened and `blob` is NULL.
CREATE TABLE file (
    id INTEGER PRIMARY KEY, worktree INTEGER NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, settled INTEGER NOT NULL,
    reason TEXT NOT NULL, blob INTEGER, UNIQUE (worktree, path)
);
CREATE INDEX file_blob ON file (blob);

-- `reason`: why it is left out for what it holds. `released`: when (UNIX seconds) the last file with it went.
CREATE TABLE blob (
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, language TEXT NOT NULL, lines INTEGER NOT NULL,
    reason TEXT NOT NULL, released INTEGER
);
CREATE INDEX blob_released ON blob (released) WHERE released IS NOT NULL;

CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE definition (
    blob INTEGER NOT NULL, position INTEGER NOT NULL, name INTEGER NOT NULL, container TEXT NOT NULL,
    kind TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, body INTEGER NOT NULL,
    signature TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (blob, position)
) WITHOUT ROWID;
CREATE INDEX definition_name ON definition (name);
CREATE TABLE reference (
    blob INTEGER NOT NULL, name INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (blob, name)
) WITHOUT ROWID;
CREATE TABLE import (
    blob INTEGER NOT NULL, position INTEGER NOT NULL, module TEXT NOT NULL, names TEXT NOT NULL,
    line INTEGER NOT NULL, PRIMARY KEY (blob, position)
) WITHOUT ROWID;

-- The full-text index keeps no text: what goes in comes from `bag`, which is needed again to take it out.
CREATE TABLE stretch (
    id INTEGER PRIMARY KEY, blob INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, symbol TEXT NOT NULL
);
CREATE INDEX stretch_blob ON stretch (blob);
CREATE TABLE bag (blob INTEGER PRIMARY KEY, words BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5 (symbol, doc, body, content='', tokenize='porter unicode61');
CREATE VIRTUAL TABLE place USING fts5 (words, tokenize='porter unicode61');  -- rowid: file.id

CREATE TABLE kept (worktree INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (worktree, key));
