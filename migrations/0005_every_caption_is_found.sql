-- A caption that lost against another service's stands in the sidecar and was found by nobody who looked for it: the text to
-- search holds every caption an asset ever had, each on a line of its own, the one that won first.

UPDATE asset_text SET description = (
    SELECT coalesce(json_extract(a.body, '$.description.value') || char(10), '') ||
           (SELECT group_concat(json_extract(l.value, '$.value'), char(10)) FROM json_each(a.body, '$.losing.description') l)
    FROM asset a WHERE a.id = asset_text.rowid
) WHERE rowid IN (SELECT id FROM asset WHERE json_type(body, '$.losing.description') IS NOT NULL);
