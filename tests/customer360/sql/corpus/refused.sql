# Queries with a mistake, each with the first problem: line, column, and how the message begins.

# Names

SELECT amperity_id,
       emial
FROM Customer360
--> 2:8 There is no column “emial” in Customer360. Did you mean “email”?

SELECT c.emial FROM Customer360 c
--> 1:8 There is no column “emial” in c. Did you mean “email”?

SELECT email FROM Custmer360
--> 1:19 There is no table “Custmer360”. Did you mean “Customer360”?

SELECT x.email FROM Customer360 c
--> 1:8 There is no “x” in FROM. Name it there.

SELECT Customer360.email FROM Customer360 c
--> 1:8 There is no “Customer360” in FROM. Name it there.

SELECT rowid FROM Orders
--> 1:8 There is no column “rowid” in Orders. Choose one of the columns in the list.

SELECT Orders FROM Orders
--> 1:8 There is no column “Orders” in Orders. Did you mean “order_id”?

SELECT email__email FROM Customer360
--> 1:8 There is no column “email__email” in Customer360. Choose one of the columns in the list.

SELECT amperity_id FROM Customer360 JOIN Orders ON true
--> 1:8 “amperity_id” is in several tables. Write the table's name and a dot before it.

SELECT email
--> 1:8 There is no column “email”, and no table after FROM. Choose one of the columns in the list.

SELECT *
--> 1:8 A * needs a table. Name one after FROM.

SELECT o.* FROM Customer360
--> 1:8 There is no “o” in FROM. Name it there.

SELECT a.email FROM Customer360 a, Orders a
--> 1:8 There is no column “email” in a. Choose one of the columns in the list.

SELECT email FROM Customer360, Customer360
--> 1:8 Two tables here are called “Customer360”. Give one another name with AS.

SELECT * EXCLUDE (emial) FROM Customer360
--> 1:19 There is no column “emial” to leave out or replace here.

SELECT email FROM Customer360 JOIN Orders USING (order_id)
--> 1:50 “order_id” must be one column on both sides of the join. Use ON instead.

SELECT email FROM Customer360 NATURAL JOIN (SELECT units FROM Orders) o
--> 1:52 The two sides have no column in common. Use JOIN with ON.

SELECT units FROM Customer360 SEMI JOIN Orders USING (amperity_id)
--> 1:8 There is no column “units” in Customer360. Choose one of the columns in the list.

SELECT b FROM Customer360 x(a, b, c, d, e, f, g, h)
--> 1:27 There are more names in these brackets than columns. Remove some.

WITH c AS (SELECT email FROM Customer360) SELECT country FROM c
--> 1:50 There is no column “country” in c. Choose one of the columns in the list.

WITH a AS (SELECT x FROM b), b AS (SELECT 1 AS x) SELECT x FROM a
--> 1:26 There is no table “b”. Choose one of the tables in the list.

SELECT s.email FROM Customer360 c, (SELECT c.email) s
--> 1:44 There is no “c” in FROM. Name it there.

SELECT main.Customer360.email FROM Customer360
--> 1:8 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT email FROM main.Customer360
--> 1:19 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT email FROM other.main.Customer360
--> 1:19 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT max(email) OVER w FROM Customer360
--> 1:24 There is no window “w”. Define it with WINDOW, or write it out.

SELECT country FROM Customer360 ORDER BY 2
--> 1:42 There is no column number 2: the result has 1.

SELECT country FROM Customer360 GROUP BY 0
--> 1:42 There is no column number 0: the result has 1.

SELECT country FROM Customer360 UNION SELECT country, email FROM Customer360
--> 1:46 This side has 2 columns, the other 1. Give both the same.

SELECT country FROM Customer360 UNION SELECT ship_to FROM Orders ORDER BY upper(country)
--> 1:75 Order by the name or the number of a column of the result.

SELECT ｅmail FROM Customer360
--> 1:8 There is no column “ｅmail” in Customer360. Did you mean “email”?

SELECT emaіl FROM Customer360
--> 1:8 There is no column “emaіl” in Customer360. Did you mean “email”?

SELECT a.b FROM (VALUES (1), (2, 3)) a(b)
--> 1:26 The rows of VALUES differ in length. Give each the same number of values.

# Functions

SELECT lowr(email) FROM Customer360
--> 1:8 There is no function “lowr”. Did you mean “lower”?

SELECT random() FROM Customer360
--> 1:8 There is no function “random”. Use one of the functions in the list.

SELECT uuid() FROM Customer360
--> 1:8 There is no function “uuid”. Use one of the functions in the list.

SELECT list(email) FROM Customer360
--> 1:8 Lists and structures are not available. Write one column or one row for each value.

SELECT unnest([1, 2, 3])
--> 1:8 There is no function “unnest”. Use one of the functions in the list.

SELECT repeat(email, 1000000000) FROM Customer360
--> 1:8 There is no function “repeat”. Use one of the functions in the list.

SELECT hash(email) FROM Customer360
--> 1:8 There is no function “hash”. Use one of the functions in the list.

SELECT to_json(c) FROM Customer360 c
--> 1:8 There is no function “to_json”. Use one of the functions in the list.

SELECT COLUMNS('.*') FROM Customer360
--> 1:8 There is no function “columns”. Use one of the functions in the list.

SELECT COLUMNS(*) FROM Customer360
--> 1:8 There is no function “columns”. Use one of the functions in the list.

SELECT nextval('x')
--> 1:8 There is no function “nextval”. Use one of the functions in the list.

SELECT current_user
--> 1:1 There is no function “current_user”. Did you mean “current_date”?

SELECT version()
--> 1:8 There is no function “version”. Use one of the functions in the list.

# Text that can't be read

SELECT email FROM Customer360 WHERE
--> 1:31 Something is missing after “WHERE”. Complete it, or remove it.

SELECT (email FROM Customer360
--> 1:15 A closing bracket is missing before “FROM”.

SELECT email) FROM Customer360
--> 1:13 “)” is not expected here. Look for a missing comma, bracket or keyword before it.

SELECT 'email FROM Customer360
--> 1:31 A quotation mark or a comment is not closed. Close it.

SELECT email /* FROM Customer360
--> 1:33 A quotation mark or a comment is not closed. Close it.

SELECT email "FROM Customer360
--> 1:31 A quotation mark or a comment is not closed. Close it.

SELEC email FROM Customer360
--> 1:1 A query is one SELECT

SELECT email e x FROM Customer360
--> 1:16 “x” is not expected here. Look for a missing comma, bracket or keyword before it.

SELECT email,, country FROM Customer360
--> 1:14 There is nothing before this comma. Remove it, or write what is missing.

SELECT ,, email FROM Customer360
--> 1:9 There is nothing before this comma. Remove it, or write what is missing.

SELECT lower(, email) FROM Customer360
--> 1:14 There is nothing before this comma. Remove it, or write what is missing.

SELECT FROM Customer360
--> 1:1 There is no column after SELECT. Name one.

SELECT email FROM Customer360 GROUP country
--> 1:37 “country” is not expected here. Look for a missing comma, bracket or keyword before it.

SELECT email FROM Customer360 LIMIT ten
--> 1:37 Write LIMIT and a number.

;
--> 1:1 There is no query yet. Write a SELECT.

-- nothing but a comment
--> 1:1 There is no query yet. Write a SELECT.

# Parts that are not in the language

SELECT email FROM Customer360 TABLESAMPLE 10%
--> 1:19 Samples are not available. Use LIMIT, or a condition on a key.

SELECT email FROM Customer360 USING SAMPLE 5
--> 1:8 Samples are not available. Use LIMIT, or a condition on a key.

SELECT country FROM Customer360 GROUP BY ALL
--> 1:8 GROUP BY ALL is not available. Name what to group by.

SELECT country FROM Customer360 ORDER BY ALL
--> 1:8 This word can't stand here. Name a column.

SELECT country FROM Customer360 LIMIT (SELECT 3)
--> 1:47 Write LIMIT and a number.

SELECT country FROM Customer360 LIMIT 10%
--> 1:39 A share of the rows is not available. Write LIMIT and a number.

SELECT country FROM Customer360 FETCH FIRST 3 ROWS ONLY
--> 1:45 FETCH is not available. Write LIMIT and a number.

SELECT country AS a FROM Customer360 UNION BY NAME SELECT country AS a FROM Customer360
--> 1:8 BY NAME is not available. Name the columns in the same order on both sides.

SELECT o.units FROM Orders o ASOF JOIN Customer360 c ON o.ordered_at >= c.last_order
--> 1:40 This kind of join is not available. Use JOIN, LEFT, RIGHT or FULL JOIN.

SELECT o.units FROM Orders o POSITIONAL JOIN Customer360 c
--> 1:46 This kind of join is not available. Use JOIN, LEFT, RIGHT or FULL JOIN.

PIVOT Orders ON units USING sum(amount)
--> 1:1 A query is one SELECT

SELECT * FROM Orders PIVOT (sum(amount) FOR units IN (1, 2))
--> 1:15 PIVOT is not available. Use CASE inside an aggregate.

SELECT * FROM Orders UNPIVOT (v FOR k IN (amount, units))
--> 1:15 PIVOT is not available. Use CASE inside an aggregate.

SELECT email FROM Customer360 FOR UPDATE
--> 1:8 A query changes nothing, so it needs no lock. Remove FOR UPDATE.

SELECT email COLLATE nocase FROM Customer360
--> 1:8 COLLATE is not available. Compare lower(…) of both.

SELECT email GLOB 'a*' FROM Customer360
--> 1:8 GLOB is not available. Use LIKE.

SELECT units & 1 FROM Orders
--> 1:8 This can't be part of a query. Say it in another way.

SELECT {'a': email} FROM Customer360
--> 1:14 Lists and structures are not available. Write one column or one row for each value.

SELECT [email] FROM Customer360
--> 1:9 Lists and structures are not available. Write one column or one row for each value.

SELECT email[1] FROM Customer360
--> 1:8 Lists and structures are not available. Write one column or one row for each value.

SELECT email.x.y.z FROM Customer360
--> 1:8 Tables have no schema. Write the table's name alone, or with one dot before a column.

SELECT CAST(email AS JSON) FROM Customer360
--> 1:13 This type is not available. Use text, integer, decimal, double, boolean, date or timestamp.

SELECT CAST(email AS INTEGER[]) FROM Customer360
--> 1:13 This type is not available. Use text, integer, decimal, double, boolean, date or timestamp.

SELECT CAST(email AS STRUCT(a INTEGER)) FROM Customer360
--> 1:29 This can't be part of a query. Say it in another way.

SELECT email::whatever FROM Customer360
--> 1:8 This type is not available. Use text, integer, decimal, double, boolean, date or timestamp.

SELECT $1
--> 1:1 A query has no parameters. Write the value itself.

SELECT ?
--> 1:1 A query has no parameters. Write the value itself.

SELECT :name
--> 1:1 Something is missing after “SELECT”. Complete it, or remove it.

SELECT #1 FROM Orders
--> 1:16 Name the column instead of its number.

SELECT x'ff'
--> 1:9 “'ff'” is not expected here. Look for a missing comma, bracket or keyword before it.

SELECT E'\n'
--> 1:8 This can't be part of a query. Say it in another way.

SELECT 0x1F
--> 1:8 This is not a number. Write it with the digits 0 to 9.

SELECT INTERVAL '3'
--> 1:17 Name a unit, as in INTERVAL '30' DAY.

SELECT x -> x + 1
--> 1:8 The arrow is not available.

SELECT units = ANY (SELECT 1) FROM Orders
--> 1:28 ANY is not available. Use IN or EXISTS.

SELECT * RENAME (email AS x) FROM Customer360
--> 1:8 RENAME is not available. Name the columns, with AS.

VALUES (1, 2)
--> 1:1 A query is one SELECT

SELECT count(DISTINCT *) FROM Customer360
--> 1:23 A * can't stand here. Name a column.

SELECT lower(*) FROM Customer360
--> 1:14 A * can't stand here. Name a column.

# What people bring along from elsewhere

SELECT “email” FROM Customer360
--> 1:8 These quotation marks are not SQL's. Write 'a value' and "a name" with straight ones.

SELECT email FROM Customer360 WHERE country = ‘DE’
--> 1:47 These quotation marks are not SQL's. Write 'a value' and "a name" with straight ones.

SELECT email.upper() FROM Customer360
--> 1:8 A dot can stand only between a table and its column. Write functions as in lower(name).

WITH a AS (SELECT email AS e FROM Customer360), A AS (SELECT country AS e FROM Customer360) SELECT e FROM a
--> 1:49 Two queries here are called “A”. Give one another name.

SELECT [x FOR x IN [1, 2, 3] IF x > 1]
--> 1:9 Lists and structures are not available.

SELECT {'a': email}.a FROM Customer360
--> 1:14 A dot can stand only between a table and its column.

SELECT email::ENUM('a', 'b') FROM Customer360
--> 1:20 This type is not available.

SELECT * FROM Customer360 AT (VERSION => 1)
--> 1:15 This can't be part of a query. Say it in another way.

SELECT * LIKE '%mail%' FROM Customer360
--> 1:8 A * can't stand here. Name a column.

SELECT COLUMNS(c -> c LIKE 'e%') FROM Customer360
--> 1:8 There is no function “columns”.

WITH p AS (PIVOT Orders ON units USING sum(amount)) SELECT * FROM p
--> 1:6 Only a SELECT can stand here.

SELECT * FROM (PIVOT Orders ON units USING sum(amount))
--> 1:22 PIVOT is not available. Use CASE inside an aggregate.

SELECT TRY(CAST(email AS INTEGER)) FROM Customer360
--> 1:8 There is no function “try”.

TABLE Customer360
--> 1:1 A query is one SELECT
