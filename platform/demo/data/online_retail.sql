-- Customers and orders of the tenant Online Retail, from real invoices (see README.md beside this file).

CREATE TABLE orders AS
SELECT
    invoice_no,
    invoiced_at + to_days(7 * getvariable('weeks')::INTEGER) AS ordered_at,
    nullif(customer_id, '(blank)') AS customer_id,
    countries.country,
    CASE invoice_no[1] WHEN 'C' THEN 'cancellation' WHEN 'A' THEN 'adjustment' ELSE 'order' END AS kind,
    units,
    mean_unit_price AS unit_price,
    round((units * mean_unit_price)::DECIMAL(18, 4), 2) AS value
FROM read_csv(getvariable('invoices'), header = true, types = {'invoice_no': 'VARCHAR', 'customer_id': 'VARCHAR'}) AS invoices
JOIN read_csv(getvariable('countries'), header = true) AS countries ON countries.source = invoices.country;

-- Nine customers ordered from two countries: the latest counts.
CREATE TABLE keys AS
SELECT customer_id, latest.country, culture
FROM (
    SELECT customer_id, arg_max(country, (ordered_at, invoice_no)) AS country
    FROM orders WHERE customer_id IS NOT NULL GROUP BY customer_id
) AS latest
JOIN read_csv(getvariable('countries'), header = true) AS countries ON countries.country = latest.country;
