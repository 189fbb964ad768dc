-- Households that hold somebody to be visited, and of these those not visited, by village: changed in the transaction that
-- changes them, and begun with what is there.
CREATE TABLE survey_place (
    village {text} NOT NULL PRIMARY KEY,
    households {int} NOT NULL,
    unvisited {int} NOT NULL
);
INSERT INTO survey_place (village, households, unvisited)
    SELECT village, COUNT(*), CAST(SUM(CASE visited WHEN 0 THEN 1 ELSE 0 END) AS BIGINT)
    FROM survey_household WHERE live > 0 GROUP BY village;
