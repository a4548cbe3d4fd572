# Attempts to reach what is not the tenant's, to change something, or to hurt the machine.

# Files and the network

SELECT * FROM read_csv('/etc/passwd')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM read_csv_auto('/etc/passwd')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM read_parquet('/data/*/*.parquet')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM parquet_scan('x.parquet')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM read_json('/etc/hosts')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM read_text('/etc/passwd')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM read_blob('/etc/shadow')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM glob('/**')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM sniff_csv('/etc/passwd')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM '/etc/passwd'
--> 1:15 There is no table “/etc/passwd”. Choose one of the tables in the list.

SELECT * FROM 'orders.csv'
--> 1:15 There is no table “orders.csv”. Did you mean “Orders”?

SELECT * FROM "orders.csv"
--> 1:15 There is no table “orders.csv”. Did you mean “Orders”?

SELECT * FROM 'https://example.com/x.parquet'
--> 1:15 There is no table “https://example.com/x.parquet”. Choose one of the tables in the list.

SELECT * FROM 's3://bucket/x.parquet' AS Customer360
--> 1:15 There is no table “s3://bucket/x.parquet”. Choose one of the tables in the list.

SELECT * FROM ['a.csv', 'b.csv']
--> 1:15 “[” is not expected here. Look for a missing comma, bracket or keyword before it.

SELECT * FROM read_csv(['a.csv', (SELECT email FROM Customer360 LIMIT 1)])
--> 1:15 A function can't stand where a table is expected

SELECT read_text('/etc/passwd')
--> 1:8 There is no function “read_text”. Did you mean “greatest”?

SELECT content FROM read_text('/etc/passwd') AS Customer360
--> 1:21 A function can't stand where a table is expected

SELECT email FROM Customer360, read_csv('/etc/passwd')
--> 1:32 A function can't stand where a table is expected

SELECT email FROM Customer360 JOIN read_parquet('x') p ON true
--> 1:36 A function can't stand where a table is expected

SELECT email FROM Customer360, LATERAL read_csv('x')
--> 1:40 There is no function “read_csv”. Use one of the functions in the list.

SELECT email FROM Customer360 WHERE email IN (SELECT content FROM read_text('x'))
--> 1:67 A function can't stand where a table is expected

SELECT email FROM Customer360 WHERE EXISTS (FROM read_text('x'))
--> 1:50 A function can't stand where a table is expected

WITH Customer360 AS (SELECT * FROM read_csv('x')) SELECT * FROM Customer360
--> 1:36 A function can't stand where a table is expected

SELECT (FROM read_text('x'))
--> 1:14 A function can't stand where a table is expected

SELECT email FROM Customer360 UNION ALL SELECT content FROM read_text('/etc/passwd')
--> 1:61 A function can't stand where a table is expected

SELECT getenv('HOME')
--> 1:8 There is no function “getenv”. Use one of the functions in the list.

SELECT email FROM Customer360 ORDER BY getenv('HOME')
--> 1:40 There is no function “getenv”. Use one of the functions in the list.

SELECT count(*) FILTER (WHERE getenv('A') = 'b') FROM Customer360
--> 1:31 There is no function “getenv”. Use one of the functions in the list.

SELECT email FROM Customer360 LIMIT getenv('HOME')
--> 1:37 There is no function “getenv”. Use one of the functions in the list.

SELECT sum(units) OVER (ORDER BY getenv('A')) FROM Orders
--> 1:34 There is no function “getenv”. Use one of the functions in the list.

SELECT INTERVAL (getenv('A')) DAY
--> 1:18 There is no function “getenv”. Use one of the functions in the list.

SELECT CASE WHEN getenv('A') = 'b' THEN 1 END
--> 1:18 There is no function “getenv”. Use one of the functions in the list.

SELECT * FROM postgres_scan('host=db', 'public', 'users')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM sqlite_scan('x.db', 't')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM iceberg_scan('x')
--> 1:15 A function can't stand where a table is expected

SELECT load_extension('x')
--> 1:8 There is no function “load_extension”. Use one of the functions in the list.

SELECT * FROM which_secret('s3://x', 's3')
--> 1:15 A function can't stand where a table is expected

# The engine's own tables and functions

SELECT * FROM information_schema.tables
--> 1:15 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT * FROM pg_catalog.pg_class
--> 1:15 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT * FROM sqlite_master
--> 1:15 There is no table “sqlite_master”. Choose one of the tables in the list.

SELECT * FROM duckdb_settings()
--> 1:15 A function can't stand where a table is expected

SELECT * FROM duckdb_secrets()
--> 1:15 A function can't stand where a table is expected

SELECT * FROM duckdb_settings
--> 1:15 There is no table “duckdb_settings”. Choose one of the tables in the list.

SELECT * FROM pragma_table_info('Customer360')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM query('SELECT 1')
--> 1:15 A function can't stand where a table is expected

SELECT * FROM query_table('Customer360')
--> 1:15 A function can't stand where a table is expected

SELECT current_setting('temp_directory')
--> 1:8 There is no function “current_setting”. Use one of the functions in the list.

SELECT * FROM range(1000000000)
--> 1:15 A function can't stand where a table is expected

SELECT * FROM generate_series(1, 1000000000)
--> 1:15 A function can't stand where a table is expected

SELECT * FROM unnest([1, 2, 3])
--> 1:23 Lists and structures are not available. Write one column or one row for each value.

SELECT * FROM repeat_row(1, num_rows = 1000000000)
--> 1:15 A function can't stand where a table is expected

SELECT * FROM system.main.duckdb_tables
--> 1:15 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT current_schemas(true)
--> 1:8 There is no function “current_schemas”. Use one of the functions in the list.

# Statements that are no SELECT

PRAGMA database_list
--> 1:1 A query is one SELECT

PRAGMA enable_profiling
--> 1:1 A query is one SELECT

ATTACH '/tmp/x.db' AS x
--> 1:1 A query is one SELECT

DETACH x
--> 1:1 A query is one SELECT

COPY Customer360 TO '/tmp/x.csv'
--> 1:1 A query is one SELECT

COPY (SELECT * FROM Customer360) TO 's3://bucket/x'
--> 1:1 A query is one SELECT

INSTALL httpfs
--> 1:1 A query is one SELECT

LOAD httpfs
--> 1:1 A query is one SELECT

SET memory_limit = '100GB'
--> 1:1 A query is one SELECT

RESET memory_limit
--> 1:1 A query is one SELECT

CALL duckdb_settings()
--> 1:1 A query is one SELECT

EXPORT DATABASE '/tmp/x'
--> 1:1 A query is one SELECT

IMPORT DATABASE '/tmp/x'
--> 1:1 A query is one SELECT

CREATE TABLE x AS SELECT * FROM Customer360
--> 1:1 A query is one SELECT

CREATE MACRO f(x) AS x
--> 1:1 A query is one SELECT

CREATE SECRET s (TYPE S3)
--> 1:1 A query is one SELECT

DROP TABLE Customer360
--> 1:1 A query is one SELECT

DELETE FROM Customer360
--> 1:1 A query is one SELECT

UPDATE Customer360 SET email = 'x'
--> 1:1 A query is one SELECT

INSERT INTO Customer360 VALUES (1)
--> 1:1 A query is one SELECT

TRUNCATE Customer360
--> 1:1 A query is one SELECT

ALTER TABLE Customer360 ADD COLUMN x INTEGER
--> 1:1 A query is one SELECT

MERGE INTO Customer360 USING Orders ON true WHEN MATCHED THEN DELETE
--> 1:1 A query is one SELECT

EXPLAIN ANALYZE SELECT 1
--> 1:1 A query is one SELECT

DESCRIBE Customer360
--> 1:1 A query is one SELECT

SUMMARIZE Customer360
--> 1:1 A query is one SELECT

SHOW TABLES
--> 1:1 A query is one SELECT

USE x
--> 1:1 A query is one SELECT

BEGIN
--> 1:1 A query is one SELECT

COMMIT
--> 1:1 A query is one SELECT

VACUUM
--> 1:1 A query is one SELECT

CHECKPOINT
--> 1:1 A query is one SELECT

PREPARE x AS SELECT 1
--> 1:1 A query is one SELECT

EXECUTE x
--> 1:1 A query is one SELECT

# Statements inside or behind a SELECT

SELECT email FROM Customer360; DROP TABLE Customer360
--> 1:30 There is a second statement after this semicolon. Run one SELECT at a time.

SELECT email FROM Customer360;
-- quite harmless
ATTACH 'x'
--> 1:30 There is a second statement after this semicolon. Run one SELECT at a time.

SELECT 1; SELECT 2
--> 1:9 There is a second statement after this semicolon. Run one SELECT at a time.

;ATTACH 'x'; SELECT 1
--> 1:1 A query is one SELECT

SELECT email INTO x FROM Customer360
--> 1:8 A query changes nothing: INTO is not available. Build the query as a table instead.

WITH x AS (DELETE FROM Customer360 RETURNING *) SELECT * FROM x
--> 1:6 Only a SELECT can stand here.

WITH x AS (INSERT INTO Customer360 VALUES (1)) SELECT 1
--> 1:6 Only a SELECT can stand here.

WITH x AS (COPY Customer360 TO 'x') SELECT 1
--> 1:44 A closing bracket is missing before “1”.

WITH x AS (PRAGMA database_list) SELECT * FROM x
--> 1:6 Only a SELECT can stand here.

WITH x AS (ATTACH 'x') SELECT 1
--> 1:6 Only a SELECT can stand here.

WITH x AS (SET memory_limit = '1GB') SELECT 1
--> 1:45 A closing bracket is missing before “1”.

WITH x AS (SHOW TABLES) SELECT * FROM x
--> 1:6 Only a SELECT can stand here.

WITH x AS (DESCRIBE Customer360) SELECT * FROM x
--> 1:6 Only a SELECT can stand here.

SELECT * FROM (DESCRIBE Customer360)
--> 1:25 This can't be part of a query. Say it in another way.

SELECT * FROM (SUMMARIZE Customer360)
--> 1:26 This can't be part of a query. Say it in another way.

SELECT * FROM (SHOW ALL TABLES)
--> 1:25 A closing bracket is missing before “TABLES”.

SELECT * FROM (CALL duckdb_settings())
--> 1:36 A closing bracket is missing before “(”.

SELECT (DELETE FROM Customer360)
--> 1:16 A closing bracket is missing before “FROM”.

(((ATTACH 'x')))
--> 1:11 A closing bracket is missing before “'x'”.

SELECT email /* */ ; /* */ ATTACH 'x' /* */ FROM Customer360
--> 1:20 There is a second statement after this semicolon. Run one SELECT at a time.

SELECT email FROM Customer360 -- ' ; ATTACH 'x'
; ATTACH 'y'
--> 2:1 There is a second statement after this semicolon. Run one SELECT at a time.

SELECT email AS "a" ; "b" FROM Customer360
--> 1:21 There is a second statement after this semicolon. Run one SELECT at a time.

# Words that would be said to the engine as they stand

SELECT INTERVAL 1 "day) FROM read_text('x') --"
--> 1:19 Name a unit, as in INTERVAL '30' DAY.

SELECT INTERVAL '1' 'day); ATTACH x --'
--> 1:17 Name a unit, as in INTERVAL '30' DAY.

SELECT extract("year FROM now()), read_text('x') --" FROM ordered_at) FROM Orders
--> 1:59 This word can't stand here. Name a column.

SELECT date_trunc("month'), getenv('A') --", ordered_at) FROM Orders
--> 1:8 This word can't stand here. Name a column.

SELECT "lower"('X'), "getenv"('HOME')
--> 1:22 There is no function “getenv”. Use one of the functions in the list.

SELECT "read_text('x') --"(1)
--> 1:8 There is no function “read_text('x') --”. Use one of the functions in the list.

SELECT email AS "x FROM read_text('a') --" FROM Customer360x
--> 1:49 There is no table “Customer360x”. Did you mean “Customer360”?

SELECT sum(units) OVER (ORDER BY units ROWS "UNBOUNDED PRECEDING) --" PRECEDING) FROM Orders
--> 1:45 There is no column “UNBOUNDED PRECEDING) --” in Orders. Choose one of the columns in the list.

SELECT email FROM Customer360 ORDER BY email COLLATE "nocase; ATTACH 'x'"
--> 1:40 COLLATE is not available. Compare lower(…) of both.

# Names made to be mistaken

SELECT s.v FROM "My Table" x, (SELECT x.note AS v) s
--> 1:39 There is no “x” in FROM. Name it there.

SELECT (SELECT max(s.v) FROM Customer360 x, (SELECT x.email AS v) s) FROM Orders x
--> 1:53 There is no column “email” in x. Choose one of the columns in the list.

WITH read_csv AS (SELECT 1) SELECT * FROM read_csv('x')
--> 1:43 A function can't stand where a table is expected

WITH "x.csv" AS (SELECT 1 AS a) SELECT b.a FROM 'y.csv' b
--> 1:49 There is no table “y.csv”. Did you mean “x.csv”?

# Bombs

WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r
--> 1:16 WITH RECURSIVE is not available: such a query may never end.

WITH RECURSIVE r AS (SELECT 1 AS n) SELECT * FROM r
--> 1:16 WITH RECURSIVE is not available: such a query may never end.

