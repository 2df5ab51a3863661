-- What of a run that goes on is posted already, because a month was checked; empty for nothing.
alter table open_run add column settled text not null default '';
alter table open_run add column settled_micro bigint not null default 0;
alter table open_run add column settled_core_ms bigint not null default 0;
