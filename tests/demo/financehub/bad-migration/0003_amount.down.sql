ALTER TABLE accounts DROP COLUMN rest;
UPDATE accounts SET amount = amount * 100;
ALTER TABLE accounts RENAME COLUMN amount TO cents;
