"""The tables of a review's store.

Counts that are shown all the time (``tally``, ``article.open``, ``pair.open``) are kept by triggers, so that they can't
disagree with the decisions and never have to be counted.  ``change`` holds what each action found and what it left, which is all
that undoing and redoing need.
"""

from __future__ import annotations

from typing import Literal

FORMAT = "textrepair review"
VERSION = 1

#: The verdicts that decide an edit; that they do, as SQL.
DECISIONS: tuple[Literal["accept", "reject", "other"], ...] = ("accept", "reject", "other")
IN_DECISIONS = f"IN {DECISIONS!r}"

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE file (key INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL);

-- state: 0 not read yet, 1 read, 2 can't be read, 3 no longer there
CREATE TABLE article (
  key INTEGER PRIMARY KEY, file INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, line INTEGER,
  state INTEGER NOT NULL DEFAULT 0, wanted INTEGER NOT NULL DEFAULT 1,
  id TEXT, hash BLOB, text BLOB, score REAL, damage TEXT, error TEXT,
  edits INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 0);
CREATE INDEX article_state ON article (wanted, state);
CREATE INDEX article_file ON article (file);
CREATE INDEX article_read ON article (id) WHERE state = 1;

-- rank is minus the number of edits that make this swap
CREATE TABLE pair (
  key INTEGER PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL,
  rank INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 0, UNIQUE (before, after));
CREATE INDEX pair_open ON pair (rank, key) WHERE open > 0;

-- status: 0 open, 1 decided by somebody, 2 stale: the article has changed since
CREATE TABLE edit (
  key INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL NOT NULL, alternatives TEXT NOT NULL,
  reason TEXT NOT NULL, reference TEXT NOT NULL, applied INTEGER NOT NULL, pair INTEGER NOT NULL,
  belief REAL NOT NULL, doubt REAL NOT NULL, unsure REAL NOT NULL, draw REAL NOT NULL,
  status INTEGER NOT NULL DEFAULT 0);
CREATE INDEX edit_place ON edit (article, start, key);
CREATE INDEX edit_pair ON edit (pair);
CREATE INDEX open_place ON edit (article, start, key) WHERE status = 0;
CREATE INDEX open_doubt ON edit (doubt, key) WHERE status = 0;
CREATE INDEX open_unsure ON edit (unsure, key) WHERE status = 0;
CREATE INDEX open_draw ON edit (draw, key) WHERE status = 0;
CREATE INDEX open_pair ON edit (pair, doubt, key) WHERE status = 0;
CREATE INDEX decided_draw ON edit (draw, key) WHERE status = 1;

-- One row for each edit that somebody did anything about; verdict is NULL where it was only flagged or noted.
CREATE TABLE verdict (
  edit INTEGER NOT NULL, who TEXT NOT NULL, verdict TEXT, after TEXT, flag INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '', at REAL NOT NULL, PRIMARY KEY (edit, who)) WITHOUT ROWID;
CREATE INDEX verdict_who ON verdict (who, at);

-- undone: 0 in force, 1 undone, 2 undone and no longer to be redone
CREATE TABLE action (
  key INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, at REAL NOT NULL, verb TEXT NOT NULL, scope TEXT NOT NULL,
  edit INTEGER, undone INTEGER NOT NULL DEFAULT 0);
CREATE INDEX action_who ON action (who, key);

CREATE TABLE change (
  action INTEGER NOT NULL, edit INTEGER NOT NULL,
  old_verdict TEXT, old_after TEXT, old_flag INTEGER NOT NULL, old_note TEXT NOT NULL, old_at REAL NOT NULL,
  new_verdict TEXT, new_after TEXT, new_flag INTEGER NOT NULL, new_note TEXT NOT NULL, new_at REAL NOT NULL,
  PRIMARY KEY (action, edit)) WITHOUT ROWID;

-- A decision that also covers edits still to be read; in force while its action is.
CREATE TABLE rule (
  action INTEGER PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL, verdict TEXT NOT NULL, text TEXT);
CREATE INDEX rule_pair ON rule (before, after);

-- What somebody is looking at (an edit, an article) or reading (an article), and until when it is theirs.
CREATE TABLE hold (what TEXT NOT NULL, key INTEGER NOT NULL, holder TEXT NOT NULL, until REAL NOT NULL,
  PRIMARY KEY (what, key)) WITHOUT ROWID;

CREATE TABLE tally (who TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (who, name)) WITHOUT ROWID;

CREATE TRIGGER edit_status AFTER UPDATE OF status ON edit WHEN OLD.status <> NEW.status BEGIN
  UPDATE article SET open = open + (NEW.status = 0) - (OLD.status = 0) WHERE key = NEW.article;
  UPDATE pair SET open = open + (NEW.status = 0) - (OLD.status = 0) WHERE key = NEW.pair;
  INSERT INTO tally VALUES ('', OLD.status, -1), ('', NEW.status, 1)
    ON CONFLICT DO UPDATE SET count = count + excluded.count;
END;

CREATE TRIGGER edit_gone AFTER DELETE ON edit BEGIN
  UPDATE article SET edits = edits - 1, open = open - (OLD.status = 0) WHERE key = OLD.article;
  UPDATE pair SET rank = rank + 1, open = open - (OLD.status = 0) WHERE key = OLD.pair;
  INSERT INTO tally VALUES ('', OLD.status, -1) ON CONFLICT DO UPDATE SET count = count - 1;
END;
"""

_DECIDED = f"""
  UPDATE edit SET status = EXISTS (
    SELECT 1 FROM verdict WHERE edit = {{row}}.edit AND verdict {IN_DECISIONS})
    WHERE key = {{row}}.edit AND status <> 2;
"""
_COUNT = """
  INSERT INTO tally VALUES ({row}.who, coalesce({row}.verdict, ''), {by}), ({row}.who, 'flag', {by} * {row}.flag)
    ON CONFLICT DO UPDATE SET count = count + excluded.count;
"""

TRIGGERS = f"""
CREATE TRIGGER verdict_made AFTER INSERT ON verdict BEGIN
  {_DECIDED.format(row="NEW")} {_COUNT.format(row="NEW", by=1)}
END;
CREATE TRIGGER verdict_changed AFTER UPDATE ON verdict BEGIN
  {_DECIDED.format(row="NEW")} {_COUNT.format(row="OLD", by=-1)} {_COUNT.format(row="NEW", by=1)}
END;
CREATE TRIGGER verdict_gone AFTER DELETE ON verdict BEGIN
  {_DECIDED.format(row="OLD")} {_COUNT.format(row="OLD", by=-1)}
END;
"""
