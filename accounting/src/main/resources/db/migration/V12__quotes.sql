-- The quote under which a job was submitted: its name, when it was given, the most, what was
-- expected, currency; empty for none.
alter table job add column quote text not null default '';
