-- Customers and orders of the tenant Harbour Coffee, all of them made up: 240 customers, one to nine orders each.

CREATE TABLE keys AS
SELECT
    'HC-' || lpad(n::VARCHAR, 4, '0') AS customer_id,
    ['United States', 'United States', 'Canada', 'Ireland', 'Norway', 'Japan'][1 + n % 6] AS country,
    ['english', 'english', 'english', 'irish', 'norwegian', 'japanese'][1 + n % 6] AS culture
FROM range(1, 241) AS numbers(n);

CREATE TABLE orders AS
SELECT
    customer_id || '-' || nth AS invoice_no,
    TIMESTAMP '2011-12-08 18:00:00' + to_days(7 * getvariable('weeks')::INTEGER)
        - to_minutes((md5_number_lower(customer_id || ':when:' || nth) % 500000)::INTEGER) AS ordered_at,
    customer_id,
    country,
    'order' AS kind,
    (1 + md5_number_lower(customer_id || ':units:' || nth) % 6)::BIGINT AS units,
    [9.5, 12.0, 14.5, 18.0][1 + (md5_number_lower(customer_id || ':price:' || nth) % 4)::INTEGER]::DOUBLE AS unit_price,
    round((units * unit_price)::DECIMAL(18, 4), 2) AS value
FROM keys, range(1, 10) AS numbers(nth)
WHERE nth <= 1 + md5_number_lower(customer_id || ':orders') % 9;
