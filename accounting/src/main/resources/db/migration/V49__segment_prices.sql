-- What each part of a segment held, and what of it was charged under which price; empty for what was
-- metered before this was kept.
alter table segment add column parts text not null default '';
alter table segment_item add column parts text not null default '';
