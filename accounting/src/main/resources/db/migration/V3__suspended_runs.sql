-- When the time of a run was not billed because it was suspended: from,to,from,to and so on.
alter table open_run add column stops text not null default '';
