# Queries of people who may not see personal data: it may be named in the result, but decides nothing.
# In the result each expression over it is said with NULL in its place.

# What they may

SELECT amperity_id, email FROM Customer360
--> amperity_id, email*

SELECT * FROM Customer360
--> amperity_id, email*, given_name*, country, value, last_order, diagnosis

SELECT country, count(*) AS n FROM Customer360 GROUP BY country ORDER BY n
--> country, n

SELECT count(email) AS n, count(DISTINCT email) AS d FROM Customer360
--> n, d

SELECT country, count(email) AS n FROM Customer360 GROUP BY country HAVING count(email) > 1
--> country, n

SELECT country FROM Customer360 WHERE amperity_id IN (SELECT amperity_id FROM Orders)
--> country

SELECT lower(email) AS e, given_name || '!' AS g FROM Customer360
--> e*, g*

SELECT max(email) AS m FROM Customer360
--> m*

SELECT CASE WHEN email LIKE 'a%' THEN CAST('x' AS INTEGER) END AS oracle FROM Customer360
--> oracle*

SELECT (SELECT email FROM Customer360 WHERE amperity_id = 'c1') = 'ann@example.com' AS oracle
--> oracle*

SELECT CASE WHEN 'ann@example.com' IN (SELECT email FROM Customer360) THEN CAST('x' AS INTEGER) END AS oracle
--> oracle*

SELECT CASE WHEN 'a' IN (SELECT ship_to FROM Orders UNION ALL SELECT email FROM Customer360) THEN 1 END AS oracle
--> oracle*

SELECT (SELECT count(email) FROM Customer360) AS n
--> n

SELECT count(CASE WHEN email LIKE 'a%' THEN 1 END) AS oracle FROM Customer360
--> oracle*

SELECT email FROM Customer360 UNION ALL SELECT ship_to FROM Orders
--> email*

SELECT n.country FROM Customer360 n JOIN Orders USING (amperity_id)
--> country

SELECT email, count(*) OVER (PARTITION BY country) AS n FROM Customer360
--> email*, n

SELECT lag(email) OVER (ORDER BY amperity_id) AS before FROM Customer360
--> before*

SELECT EXISTS (SELECT email FROM Customer360) AS any_
--> any_

SELECT count(e) AS n FROM (SELECT email AS e FROM Customer360) s
--> n

SELECT z.e FROM Customer360 c, LATERAL (SELECT c.email AS e) z
--> e*

SELECT country FROM (SELECT country, email FROM Customer360) s WHERE country = 'DE'
--> country

SELECT string_agg(email, ',' ORDER BY country) AS all_ FROM Customer360
--> all_*

SELECT email AS x FROM Customer360 UNION ALL SELECT 'y' UNION ALL SELECT ship_to FROM Orders
--> x*

SELECT count(x) AS n FROM (SELECT email AS x FROM Customer360 UNION ALL SELECT email FROM Customer360) s
--> n

SELECT count(DISTINCT (x)) AS n FROM (SELECT email AS x FROM Customer360 UNION ALL SELECT 'ann@example.com') s
--> n*

SELECT z.x || '!' AS x FROM Customer360 c, LATERAL (SELECT c.email AS x UNION ALL SELECT 'y') z
--> x*

SELECT country AS land, count(*) AS n FROM Customer360 GROUP BY ROLLUP (land)
--> land, n

SELECT count(email) FROM (SELECT * REPLACE (CASE WHEN email LIKE 'a%' THEN 1 END AS email) FROM Customer360) s
--> count*

SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY email) AS p, max(country ORDER BY email) AS m FROM Customer360
--> p*, m*

# What they may not

SELECT country FROM Customer360 WHERE email LIKE 'a%'
--> 1:39 You can't filter by “email”

SELECT country FROM Customer360 WHERE length(email) > 3 AND country = 'DE'
--> 1:39 You can't filter by “email”

SELECT country FROM Customer360 WHERE amperity_id IN (SELECT amperity_id FROM Orders WHERE ship_to = 'x')
--> 1:39 You can't filter by “ship_to”

SELECT country FROM Customer360 WHERE email IN (SELECT ship_to FROM Orders)
--> 1:39 You can't filter by “email”, “ship_to”

SELECT country FROM Customer360 WHERE country IN (SELECT email FROM Customer360)
--> 1:39 You can't filter by “email”

SELECT country FROM Customer360 c WHERE EXISTS (SELECT 1 FROM Orders o WHERE o.ship_to = c.given_name)
--> 1:56 You can't filter by “given_name”, “ship_to”

SELECT country FROM Customer360 WHERE (SELECT max(ship_to) FROM Orders) > 'a'
--> 1:51 You can't filter by “ship_to”

SELECT country FROM Customer360 ORDER BY email
--> 1:42 You can't order by “email”

SELECT email AS e FROM Customer360 ORDER BY e
--> 1:45 You can't order by “email”

SELECT email FROM Customer360 ORDER BY 1
--> 1:40 You can't order by “email”

SELECT country FROM Customer360 ORDER BY CASE WHEN email = 'x' THEN 0 ELSE 1 END LIMIT 1
--> 1:52 You can't order by “email”

SELECT count(*) AS n FROM Customer360 GROUP BY email
--> 1:48 You can't group by “email”

SELECT lower(email) AS e, count(*) AS n FROM Customer360 GROUP BY 1
--> 1:67 You can't group by “email”

SELECT lower(email) AS e, count(*) AS n FROM Customer360 GROUP BY e
--> 1:67 You can't group by “email”

SELECT country FROM Customer360 GROUP BY GROUPING SETS ((country), (country, email))
--> 1:78 You can't group by “email”

SELECT country, count(*) AS n FROM Customer360 GROUP BY country HAVING max(email) > 'm'
--> 1:76 You can't filter by “email”

SELECT DISTINCT email FROM Customer360
--> 1:17 You can't compare whole rows by “email”

SELECT DISTINCT * FROM Customer360
--> 1:1 You can't compare whole rows by “email”, “given_name”

SELECT DISTINCT ON (email) country FROM Customer360
--> 1:21 You can't group by “email”

SELECT email FROM Customer360 UNION SELECT ship_to FROM Orders
--> 1:8 You can't compare whole rows by “email”, “ship_to”

SELECT email FROM Customer360 INTERSECT SELECT ship_to FROM Orders
--> 1:8 You can't compare whole rows by “email”, “ship_to”

SELECT country FROM Customer360 EXCEPT SELECT given_name FROM Customer360
--> 1:8 You can't compare whole rows by “given_name”

SELECT email FROM Customer360 EXCEPT ALL SELECT 'x'
--> 1:8 You can't compare whole rows by “email”

SELECT c.country FROM Customer360 c JOIN Orders o ON o.ship_to = c.given_name
--> 1:54 You can't join by “given_name”, “ship_to”

SELECT c.country FROM Customer360 c LEFT JOIN Orders o ON o.amperity_id = c.amperity_id AND c.email > 'a'
--> 1:59 You can't join by “email”

SELECT a.country FROM Customer360 a JOIN Customer360 b USING (email)
--> 1:63 You can't join by “email”

SELECT a.country FROM Customer360 a NATURAL JOIN Customer360 b
--> 1:8 You can't join by “email”

SELECT country FROM Customer360 SEMI JOIN (SELECT note AS country FROM "My Table") n USING (country)
--> 1:93 You can't join by “note”

SELECT row_number() OVER (ORDER BY email) AS n FROM Customer360
--> 1:8 You can't arrange a window by “email”

SELECT sum(value) OVER (PARTITION BY given_name) AS v FROM Customer360
--> 1:8 You can't arrange a window by “given_name”

SELECT count(*) OVER w AS n FROM Customer360 WINDOW w AS (ORDER BY email)
--> 1:53 You can't arrange a window by “email”

SELECT country FROM Customer360 QUALIFY row_number() OVER (ORDER BY email) = 1
--> 1:41 You can't arrange a window by “email”

SELECT count(*) FILTER (WHERE email LIKE 'a%') AS n FROM Customer360
--> 1:31 You can't filter by “email”

WITH x AS (SELECT amperity_id FROM Customer360 WHERE email LIKE 'a%') SELECT count(*) AS n FROM x
--> 1:54 You can't filter by “email”

SELECT count(*) AS n FROM (SELECT email FROM Customer360 ORDER BY email LIMIT 1) s
--> 1:67 You can't order by “email”

SELECT s.country FROM (SELECT country, upper(email) AS u FROM Customer360) s WHERE s.u = 'X'
--> 1:84 You can't filter by “email”

WITH x(a) AS (SELECT email FROM Customer360) SELECT 1 AS one FROM x WHERE a = 'x'
--> 1:75 You can't filter by “email”

SELECT (SELECT count(*) FROM Customer360 WHERE email LIKE 'a%') AS n
--> 1:48 You can't filter by “email”

SELECT c.country FROM Customer360 c, LATERAL (SELECT 1 AS x WHERE c.email LIKE 'a%') z
--> 1:67 You can't filter by “email”

SELECT (SELECT count(*) FROM (VALUES (CASE WHEN c.email > 'a' THEN 1 END)) v(x)) AS n FROM Customer360 c
--> 1:49 You can't list “email”

SELECT country FROM Customer360 WHERE e = 'x'
--> 1:39 There is no column “e” in Customer360. Choose one of the columns in the list.

SELECT email AS e, country FROM Customer360 WHERE e = 'x'
--> 1:51 You can't filter by “email”

# Numbers of columns, in brackets and sets of keys as well

SELECT email, amperity_id FROM Customer360 ORDER BY (1)
--> 1:54 You can't order by “email”

SELECT email, amperity_id FROM Customer360 ORDER BY ((1)) DESC LIMIT 1
--> 1:55 You can't order by “email”

SELECT email, count(*) AS n FROM Customer360 GROUP BY (1)
--> 1:56 You can't group by “email”

SELECT country, email, count(*) AS n FROM Customer360 GROUP BY (1, 2)
--> 1:68 You can't group by “email”

SELECT email, count(*) AS n FROM Customer360 GROUP BY ROLLUP (1)
--> 1:63 You can't group by “email”

SELECT email, count(*) AS n FROM Customer360 GROUP BY CUBE ((1), country)
--> 1:62 You can't group by “email”

SELECT email, count(*) AS n FROM Customer360 GROUP BY GROUPING SETS ((1), ())
--> 1:71 You can't group by “email”

SELECT lower(email) AS e, count(*) AS n FROM Customer360 GROUP BY GROUPING SETS ((e), ())
--> 1:83 You can't group by “email”

SELECT DISTINCT ON (1) email, country FROM Customer360
--> 1:21 You can't group by “email”

SELECT DISTINCT ON (country) email AS country, amperity_id FROM Customer360
--> 1:21 You can't group by “email”

# Further ways around

SELECT amperity_id FROM Customer360 WHERE (email, country) IN (SELECT ship_to, order_id FROM Orders)
--> 1:44 You can't filter by “email”, “ship_to”

SELECT amperity_id FROM Customer360 WHERE (SELECT email) = 'ann@example.com'
--> 1:60 You can't filter by “email”

SELECT max(value) OVER (PARTITION BY (SELECT email)) AS m FROM Customer360
--> 1:12 You can't arrange a window by “email”

SELECT first_value(country) OVER (ORDER BY amperity_id ROWS length(email) PRECEDING) AS f FROM Customer360
--> 1:8 You can't arrange a window by “email”

SELECT sum(value) FILTER (WHERE (SELECT email) LIKE 'a%') AS m FROM Customer360
--> 1:53 You can't filter by “email”

SELECT country FROM Customer360 GROUP BY country HAVING count(email) FILTER (WHERE given_name = 'Ann') > 0
--> 1:57 You can't filter by “given_name”

SELECT count(*) AS n FROM Customer360 c JOIN LATERAL (SELECT 1 AS one WHERE c.email LIKE 'a%') z ON true
--> 1:77 You can't filter by “email”

SELECT a.country FROM Customer360 a FULL JOIN (SELECT email FROM Customer360) b USING (email)
--> 1:88 You can't join by “email”

WITH a AS (SELECT email AS e FROM Customer360) SELECT (SELECT count(*) FROM a WHERE e LIKE 'a%') AS n
--> 1:85 You can't filter by “email”
