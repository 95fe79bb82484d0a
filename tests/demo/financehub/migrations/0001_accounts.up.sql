CREATE TABLE accounts (
  id    integer PRIMARY KEY,
  owner text    NOT NULL,
  cents bigint  NOT NULL
);
INSERT INTO accounts
  SELECT i, 'owner ' || i, i * 100 FROM generate_series(1, 1000) AS i;
