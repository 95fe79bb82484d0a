-- A good one that takes its time, so that something may happen meanwhile.
SELECT pg_sleep(0.7);
ALTER TABLE accounts ADD COLUMN note text;
UPDATE accounts SET note = 'of ' || owner, cents = cents + 1 WHERE id <= 1000;
SELECT pg_sleep(0.3);
