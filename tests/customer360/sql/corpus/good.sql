# Queries that people write, each with the columns of its result: * shows personal data, ! must not be sent.

# The list after SELECT

SELECT amperity_id, email FROM Customer360
--> amperity_id, email*

SELECT
,amperity_id AS "Amperity ID"
,email AS "Email"
FROM Customer360
--> Amperity ID, Email*

SELECT DISTINCT , country FROM Customer360
--> country

SELECT country, FROM Customer360
--> country

FROM Customer360 SELECT country
--> country

SELECT amperity_id FROM Customer360;
--> amperity_id

SELECT amperity_id FROM Customer360;;
--> amperity_id

select AMPERITY_ID, Email from CUSTOMER360
--> amperity_id, email*

SELECT "EMAIL" FROM "customer360"
--> email*

SELECT * FROM Customer360
--> amperity_id, email*, given_name*, country, value, last_order, diagnosis!

SELECT c.* FROM Customer360 c
--> amperity_id, email*, given_name*, country, value, last_order, diagnosis!

SELECT * EXCLUDE (email, given_name, diagnosis, value) FROM Customer360
--> amperity_id, country, last_order

SELECT * EXCLUDE (units, value) REPLACE (lower(email) AS country) FROM Orders JOIN Customer360 USING (amperity_id)
--> order_id, amperity_id, ordered_at, amount, ship_to*, email*, given_name*, country*, last_order, diagnosis!

SELECT *, amount * 2 AS twice FROM Orders
--> order_id, amperity_id, ordered_at, amount, units, ship_to*, twice

SELECT id, "mixed case" FROM "My Table"
--> id, Mixed Case

SELECT "my table".note FROM "My Table"
--> note*

SELECT 1 AS one, 'a' AS a, NULL AS nothing, true AS yes
--> one, a, nothing, yes

SELECT 1, 2
--> column_1, column_2

SELECT amperity_id, amperity_id FROM Orders
--> amperity_id, amperity_id_1

SELECT upper(country), upper(email) FROM Customer360
--> upper, upper_1*

SELECT value AS v, v * 2 AS twice, twice + 1 AS more FROM Customer360
--> v, twice, more

SELECT email AS e, length(e) AS l FROM Customer360
--> e*, l*

SELECT country AS email FROM Customer360
--> email

SELECT email AS country FROM Customer360 WHERE country = 'DE'
--> country*

SELECT country AS "a ""quoted"" name; -- no comment" FROM Customer360
--> a "quoted" name; -- no comment

SELECT amperity_id /* ; DROP TABLE x */ FROM Customer360 -- PRAGMA x
--> amperity_id

SELECT /*+ set(memory_limit) */ country FROM Customer360
--> country

SELECT 'it''s; DROP TABLE x --' AS text FROM Orders
--> text

# Expressions

SELECT amount + 1 AS a, amount - 1 AS b, -amount AS c, units // 2 AS d, units % 2 AS e, amount / 2 AS f
FROM Orders
--> a, b, c, d, e, f

SELECT amount > 10 AND NOT (units = 1 OR units IS NULL) AS big FROM Orders
--> big

SELECT given_name || ' <' || email || '>' AS address FROM Customer360
--> address*

SELECT concat(country, '-', amperity_id) AS place, concat_ws(' ', given_name, country) AS who FROM Customer360
--> place, who*

SELECT CASE WHEN email LIKE '%@example.com' THEN 'ours' ELSE 'others' END AS side FROM Customer360
--> side*

SELECT CASE country WHEN 'DE' THEN value ELSE 0 END AS german FROM Customer360
--> german

SELECT if(value > 10, 'big', 'small') AS size FROM Customer360
--> size

SELECT coalesce(email, 'none') AS e, nullif(country, '') AS c, ifnull(value, 0) AS v FROM Customer360
--> e*, c, v

SELECT amperity_id, email IS NULL AS without FROM Customer360
--> amperity_id, without*

SELECT email IN ('a@example.com', 'b@example.com') AS known FROM Customer360
--> known*

SELECT value BETWEEN 1 AND 10 AS small FROM Customer360
--> small

SELECT country ILIKE 'd%' AS d, email NOT LIKE 'a!%%' ESCAPE '!' AS e FROM Customer360
--> d, e*

SELECT country IS DISTINCT FROM 'DE' AS abroad FROM Customer360
--> abroad

SELECT CAST(value AS INTEGER) AS i, value::text AS t, TRY_CAST(country AS DOUBLE) AS d FROM Customer360
--> i, t, d

SELECT CAST(email AS VARCHAR(20)) AS e FROM Customer360
--> e*

SELECT greatest(value, 1) AS g, least(value, 1) AS l, round(value, 1) AS r, abs(value) AS a FROM Customer360
--> g, l, r, a

SELECT floor(value) AS f, ceil(value) AS c, sqrt(abs(value)) AS s, ln(2) AS n, power(2, 3) AS p FROM Customer360
--> f, c, s, n, p

SELECT substr(email, 1, 3) AS s, left(email, 1) AS l, split_part(email, '@', 2) AS domain FROM Customer360
--> s*, l*, domain*

SELECT trim(country) AS t, lower(country) AS l, upper(country) AS u, length(country) AS n FROM Customer360
--> t, l, u, n

SELECT replace(country, 'D', 'd') AS r, reverse(country) AS v, lpad(country, 4, '.') AS p FROM Customer360
--> r, v, p

SELECT regexp_matches(email, '^a') AS m, regexp_replace(country, 'D', 'x') AS r FROM Customer360
--> m*, r

SELECT regexp_extract(email, '@(.*)$', 1) AS domain FROM Customer360
--> domain*

SELECT md5(email) AS hidden, sha256(email) AS also FROM Customer360
--> hidden*, also*

SELECT starts_with(country, 'D') AS s, contains(email, '@') AS c FROM Customer360
--> s, c*

SELECT position('@' IN email) AS at FROM Customer360
--> at*

# Times

SELECT date_trunc('month', ordered_at) AS month FROM Orders
--> month

SELECT year(ordered_at) AS y, extract(month FROM ordered_at) AS m, date_part('day', ordered_at) AS d FROM Orders
--> y, m, d

SELECT ordered_at + INTERVAL 3 DAY AS later, ordered_at - INTERVAL '1' MONTH AS sooner FROM Orders
--> later, sooner

SELECT date_diff('day', ordered_at, TIMESTAMP '2026-01-01') AS days FROM Orders
--> days

SELECT strftime(ordered_at, '%Y-%m') AS month, dayname(ordered_at) AS day FROM Orders
--> month, day

SELECT strftime('%Y', ordered_at) AS year, strftime('%d.%m.', ordered_at::date) AS day FROM Orders
--> year, day

SELECT ordered_at::date AS day, DATE '2026-01-01' AS then_ FROM Orders
--> day, then_

SELECT ordered_at AT TIME ZONE 'Europe/Berlin' AS local FROM Orders
--> local

SELECT amperity_id FROM Orders WHERE ordered_at >= CURRENT_DATE - INTERVAL 30 DAY
--> amperity_id

SELECT now() AS now, current_timestamp AS same, today() AS day
--> now, same, day

# Rows

SELECT email
FROM Customer360
WHERE country = 'DE' AND value > 10
ORDER BY value DESC NULLS LAST LIMIT 10 OFFSET 2
--> email*

SELECT country FROM Customer360 WHERE email LIKE 'a%'
--> country

SELECT DISTINCT country FROM Customer360 ORDER BY 1
--> country

SELECT DISTINCT ON (country) country, value FROM Customer360 ORDER BY country, value
--> country, value

SELECT amperity_id AS id FROM Customer360 ORDER BY ID
--> id

SELECT value * 2 AS v FROM Customer360 WHERE v > 10 ORDER BY v + 1
--> v

SELECT value FROM Customer360 ORDER BY country, lower(email)
--> value

# Aggregates

SELECT count(*) AS n FROM Customer360
--> n

SELECT count(email) AS n, count(DISTINCT email) AS d, approx_count_distinct(email) AS a FROM Customer360
--> n, d, a

SELECT min(email) AS a, max(email) AS b, any_value(email) AS c FROM Customer360
--> a*, b*, c*

SELECT count(lower(email)) AS n, count(DISTINCT split_part(email, '@', 2)) AS d FROM Customer360
--> n*, d*

SELECT count(CASE WHEN email = 'ann@example.com' THEN 1 END) AS is_ann FROM Customer360
--> is_ann*

SELECT count(DISTINCT diagnosis) AS n FROM Customer360
--> n!

SELECT count(*) FILTER (WHERE email LIKE 'a%') AS n, count(*) FILTER (WHERE value > 1) AS m FROM Customer360
--> n*, m

SELECT count_if(email = 'x') AS n, bool_or(email = 'x') AS b FROM Customer360
--> n*, b*

SELECT country, sum(value) AS total, avg(value) AS mean FROM Customer360 GROUP BY country
--> country, total, mean

SELECT country AS land, count(*) AS n FROM Customer360 GROUP BY land HAVING n > 1 ORDER BY n DESC
--> land, n

SELECT upper(country) AS c, count(*) FROM Customer360 GROUP BY 1 ORDER BY 2
--> c, count

SELECT lower(email) AS e, count(*) AS n FROM Customer360 GROUP BY 1
--> e*, n

SELECT country, count(*) AS n FROM Customer360 GROUP BY ROLLUP (country)
--> country, n

SELECT country, amperity_id, sum(value) AS v FROM Customer360 GROUP BY GROUPING SETS ((country), (amperity_id))
--> country, amperity_id, v

SELECT string_agg(email, ', '
ORDER BY country) AS all_, string_agg(country, ','
ORDER BY email) AS o
FROM Customer360
--> all_*, o*

SELECT median(value) AS m, quantile_cont(value, 0.9) AS q, stddev(value) AS s FROM Customer360
--> m, q, s

SELECT arg_max(country, value) AS c, arg_max(country, email) AS d FROM Customer360
--> c, d*

SELECT sum(value) / count(*) AS mean FROM Customer360 HAVING count(*) > 0
--> mean

SELECT upper(country) AS c, count(*) AS n FROM Customer360 GROUP BY (1) ORDER BY (2), 1
--> c, n

SELECT country AS land, count(*) AS n FROM Customer360 GROUP BY GROUPING SETS ((1), ())
--> land, n

SELECT country, value, count(*) AS n FROM Customer360 GROUP BY (country, value)
--> country, value, n

SELECT country, count(*) AS n FROM Customer360 GROUP BY country, ROLLUP (1)
--> country, n

SELECT count((email)) AS n, count(DISTINCT (email)) AS m FROM Customer360
--> n, m

# Windows

SELECT row_number() OVER (ORDER BY amperity_id) AS n FROM Customer360
--> n

SELECT row_number() OVER (ORDER BY email) AS n FROM Customer360
--> n*

SELECT rank() OVER (PARTITION BY email ORDER BY value) AS r FROM Customer360
--> r*

SELECT lag(value) OVER (ORDER BY amperity_id) AS v, lag(email) OVER (ORDER BY amperity_id) AS e FROM Customer360
--> v, e*

SELECT sum(amount) OVER (PARTITION BY amperity_id
ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s
FROM Orders
--> s

SELECT first_value(email) OVER w AS f, count(*) OVER w AS n FROM Customer360 WINDOW w AS (PARTITION BY country)
--> f*, n

SELECT count(*) OVER w AS n FROM Customer360 WINDOW w AS (PARTITION BY email)
--> n*

SELECT amperity_id, amount
FROM Orders
QUALIFY row_number() OVER (PARTITION BY amperity_id
ORDER BY order_id) = 1
--> amperity_id, amount

SELECT count(email) OVER (PARTITION BY country) AS n FROM Customer360
--> n

# Joins

SELECT c.email, o.amount FROM Customer360 c JOIN Orders o ON o.amperity_id = c.amperity_id
--> email*, amount

SELECT amperity_id, email FROM Customer360 JOIN Orders USING (amperity_id)
--> amperity_id, email*

SELECT amperity_id, order_id FROM Customer360 LEFT JOIN Orders USING (amperity_id)
--> amperity_id, order_id

SELECT amperity_id, country FROM Orders RIGHT JOIN Customer360 USING (amperity_id)
--> amperity_id, country

SELECT amperity_id, country, order_id FROM Orders FULL JOIN Customer360 USING (amperity_id)
--> amperity_id, country, order_id

SELECT amperity_id, country FROM Orders NATURAL JOIN Customer360
--> amperity_id, country

SELECT c.country FROM Customer360 c SEMI JOIN Orders o ON o.amperity_id = c.amperity_id
--> country

SELECT country FROM Customer360 ANTI JOIN Orders USING (amperity_id)
--> country

SELECT a.country, b.country FROM Customer360 a CROSS JOIN Customer360 b
--> country, country_1

SELECT a.email FROM Customer360 a, Customer360 b WHERE a.country = b.country
--> email*

SELECT o.order_id
FROM Customer360 c
JOIN (Orders o
JOIN Orders p
ON o.order_id = p.order_id)
ON c.amperity_id = o.amperity_id
--> order_id

SELECT e FROM Customer360 JOIN (SELECT ship_to AS e, amperity_id FROM Orders) s USING (amperity_id)
--> e*

SELECT a.id FROM "My Table" a JOIN (SELECT note AS amperity_id, 1 AS one FROM "My Table") b ON a.id = b.one
--> id

SELECT amperity_id FROM Customer360 JOIN (SELECT note AS amperity_id FROM "My Table") n USING (amperity_id)
--> amperity_id

# Sub-queries

SELECT * FROM (SELECT email AS e, country FROM Customer360) s
--> e*, country

SELECT s.e FROM (SELECT lower(email) FROM Customer360) s(e)
--> e*

SELECT x.b FROM Customer360 AS x(a, b)
--> b*

SELECT (SELECT max(email) FROM Customer360) AS last, (SELECT count(*) FROM Orders) AS n
--> last*, n

SELECT (SELECT count(*) FROM Customer360 WHERE email LIKE 'a%') AS n
--> n*

SELECT (SELECT sum(o.amount) FROM Orders o WHERE o.amperity_id = c.amperity_id) AS spent FROM Customer360 c
--> spent

SELECT (SELECT max(amount) FROM Orders o WHERE o.ship_to = c.given_name) AS m FROM Customer360 c
--> m*

SELECT EXISTS (SELECT 1 FROM Orders o WHERE o.amperity_id = c.amperity_id) AS bought FROM Customer360 c
--> bought

SELECT EXISTS (SELECT email FROM Customer360) AS any_, EXISTS (SELECT 1 FROM Customer360 WHERE email > 'a') AS b
--> any_, b*

SELECT country IN (SELECT given_name FROM Customer360) AS odd FROM Customer360
--> odd*

SELECT country FROM Customer360 WHERE amperity_id NOT IN (SELECT amperity_id FROM Orders)
--> country

SELECT country FROM Customer360 c WHERE EXISTS (SELECT 1 FROM Orders WHERE amperity_id = c.amperity_id)
--> country

SELECT c.country, z.s
FROM Customer360 c, LATERAL (SELECT sum(amount) AS s
FROM Orders o
WHERE o.amperity_id = c.amperity_id) z
--> country, s

SELECT z.e FROM Customer360 c, LATERAL (SELECT c.email AS e) z
--> e*

SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b)
--> a, b

SELECT email FROM (SELECT amperity_id AS email FROM Customer360) s
--> email

SELECT count(x) AS n FROM (SELECT CASE WHEN email LIKE 'a%' THEN 1 END AS x FROM Customer360) s
--> n*

SELECT count(x) AS n FROM (SELECT email AS x FROM Customer360) s
--> n

# WITH

WITH c AS (SELECT email, country FROM Customer360) SELECT country, email FROM c
--> country, email*

WITH c(a, b) AS (SELECT email, country FROM Customer360) SELECT a, b FROM c
--> a*, b

WITH a AS (SELECT email AS x FROM Customer360), b AS (SELECT x AS y FROM a) SELECT y FROM b
--> y*

WITH Customer360 AS (SELECT country AS email FROM Customer360) SELECT email FROM Customer360
--> email

WITH Orders AS (SELECT email AS country FROM Customer360) SELECT country FROM Orders
--> country*

WITH x AS (SELECT 1 AS a) SELECT s.a FROM (WITH x AS (SELECT email AS a FROM Customer360) SELECT a FROM x) s
--> a*

WITH x AS (SELECT email AS a FROM Customer360) SELECT s.a FROM (WITH x AS (SELECT 1 AS a) SELECT a FROM x) s
--> a

WITH t AS (SELECT * FROM Customer360) SELECT count(*) AS n FROM t WHERE t.country IS NOT NULL
--> n

WITH c AS MATERIALIZED (SELECT email FROM Customer360) SELECT * FROM c a, c b
--> email*, email_1*

SELECT string_agg(email, ', ') || ' (' || string_agg(country, ', ') || ')' AS said FROM Customer360
--> said*

SELECT string_agg(order_id, ',') AS ids, string_agg(units, ',') AS units, string_agg(ship_to, ',') AS towns FROM Orders
--> ids, units, towns*

SELECT coalesce(string_agg(order_id, ','), 'none') AS a, '[' || string_agg(units, ',') || ']' AS b,
string_agg(order_id, ',') FILTER (WHERE units = 1) || ' / ' || string_agg(order_id, ',') FILTER (WHERE units = 2)
|| ' / ' || string_agg(order_id, ',') FILTER (WHERE units > 2) AS c
FROM Orders
--> a, b, c

WITH a AS (SELECT order_id || ', ' || units AS x, strftime(ordered_at, '%Y-%m') AS m FROM Orders),
b AS (SELECT x || ' ' || m || ' ' || x AS y FROM a)
SELECT string_agg(y, '; '
ORDER BY y) AS s
FROM b
--> s

# UNION and its kin

SELECT country FROM Customer360 UNION SELECT ship_to FROM Orders
--> country*

SELECT amperity_id FROM Customer360 UNION ALL SELECT amperity_id FROM Orders ORDER BY amperity_id LIMIT 5
--> amperity_id

SELECT amperity_id AS id FROM Customer360 INTERSECT SELECT amperity_id FROM Orders
--> id

SELECT amperity_id FROM Customer360 EXCEPT SELECT amperity_id FROM Orders
--> amperity_id

(SELECT email FROM Customer360) UNION ALL (SELECT NULL) ORDER BY 1
--> email*

SELECT x FROM (SELECT country AS x FROM Customer360 UNION ALL SELECT email FROM Customer360) u
--> x*

SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT 3
--> a

WITH a AS (SELECT 1 AS x) SELECT x FROM a UNION SELECT id FROM "My Table"
--> x

# Names that stand for several things

SELECT (SELECT max(s.v) FROM "My Table" x, LATERAL (SELECT x.note AS v) s) AS m FROM Orders x
--> m*

SELECT c.amperity_id FROM Customer360 c JOIN Orders ON c.amperity_id = Orders.amperity_id
--> amperity_id

SELECT (SELECT c.country FROM Customer360 c LIMIT 1) AS a, (SELECT c.ship_to FROM Orders c LIMIT 1) AS b
--> a, b*

SELECT '“curly” and «such»' AS said, country AS "“land”" FROM Customer360
--> said, “land”

SELECT units AS 金額（円）, order_id AS 「番号」 FROM Orders
--> 金額（円）, 「番号」
