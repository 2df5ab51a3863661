-- Days of runs that go on are posted as they are over: whose, and how far.
alter table open_run add column posts_days boolean not null default false;
alter table open_run add column settled_ms bigint not null default 0;
update open_run set settled_ms = split_part(settled, ';', 1)::bigint where settled <> '';

create table days_posted (
  one boolean primary key default true check (one),
  edge_ms bigint not null,
  job bigint not null,
  attempt integer not null,
  of_all boolean not null
);
