-- Gives every row of the table `keys` (customer_id, culture) a name and an e-mail address: the same one every time,
-- whatever the version of the engine, because every choice is made by MD5 of the customer's key.

CREATE MACRO choice(key, purpose, n) AS (md5_number_lower(key || ':' || purpose) % n)::INTEGER;
CREATE MACRO plain_letters(name) AS regexp_replace(
    strip_accents(replace(replace(replace(replace(replace(lower(name),
        'ß', 'ss'), 'ø', 'o'), 'æ', 'ae'), 'ł', 'l'), 'ð', 'd')),
    '[^a-z]', '', 'g');

CREATE TABLE names AS
SELECT culture, kind, string_split(names, '|') AS names FROM read_csv(getvariable('names'), header = true);

CREATE TABLE named AS
SELECT
    customer_id,
    given.names[1 + choice(customer_id, 'given', len(given.names))] AS given_name,
    surname.names[1 + choice(customer_id, 'surname', len(surname.names))] AS surname,
    choice(customer_id, 'address', 1000) AS quirk,
    choice(customer_id, 'consent', 100) < 94 AS accepts_email
FROM keys
JOIN names AS given ON given.culture = keys.culture AND given.kind = 'given'
JOIN names AS surname ON surname.culture = keys.culture AND surname.kind = 'surname';

-- Namesakes get a number, so that clean addresses are unique.
CREATE TABLE addressed AS
SELECT
    *,
    local_part || CASE WHEN namesake > 1 THEN namesake::VARCHAR ELSE '' END AS mailbox,
    ['example.com', 'example.com', 'example.com', 'example.org', 'example.net'][1 + choice(customer_id, 'domain', 5)]
        AS domain
FROM (
    SELECT *, row_number() OVER (PARTITION BY local_part ORDER BY customer_id) AS namesake
    FROM (SELECT *, plain_letters(given_name) || '.' || plain_letters(surname) AS local_part FROM named)
);

-- `quirk` runs from 0 to 999: below 33 the address is wrong, below 71 it is valid and awkward.
CREATE TABLE people AS
SELECT
    customer_id,
    given_name,
    surname,
    CASE
        WHEN quirk < 6 THEN NULL
        WHEN quirk < 10 THEN mailbox || '.' || domain
        WHEN quirk < 14 THEN '"' || replace(mailbox, '.', ' ') || '"@' || domain
        WHEN quirk < 19 THEN mailbox || '@example.con'
        WHEN quirk < 23 THEN replace(mailbox, '.', '..') || '@' || domain
        WHEN quirk < 27 THEN replace(mailbox, '.', ' ') || '@' || domain
        WHEN quirk < 30 THEN regexp_replace(regexp_replace(mailbox, 'a', 'á'), 'e', 'é') || '@' || domain
        WHEN quirk < 33 THEN mailbox || '@' || domain || '; ' || mailbox || '@example.org'
        WHEN quirk < 40 AND partner_quirk >= 71 THEN partner
        WHEN quirk < 50 THEN upper(mailbox) || '@' || upper(domain)
        WHEN quirk < 56 THEN '  ' || mailbox || '@' || domain || ' '
        WHEN quirk < 60 THEN mailbox || '@bücher.' || domain
        WHEN quirk < 71 THEN mailbox || '+shop@' || domain
        ELSE mailbox || '@' || domain
    END AS email,
    quirk >= 33 AS is_sendable,
    accepts_email
FROM (
    SELECT
        *,
        lag(mailbox || '@' || domain) OVER (ORDER BY customer_id) AS partner,
        lag(quirk) OVER (ORDER BY customer_id) AS partner_quirk
    FROM addressed
);
