SELECT pg_sleep(0.7);
UPDATE accounts SET cents = cents - 1 WHERE id <= 1000;
ALTER TABLE accounts DROP COLUMN note;
SELECT pg_sleep(0.3);
