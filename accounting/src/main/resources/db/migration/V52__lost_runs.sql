-- Runs whose node vanished, billed until its last sign of life; seen_ms is 0 until somebody has looked at one. Those that ended before this are not here; books that are computed
-- again from the log have them.
create table lost_run (
  job bigint not null,
  attempt integer not null,
  project text not null,
  user_name text not null,
  nodes text[] not null,
  start_ms bigint not null,
  billed_ms bigint not null,
  told_ms bigint not null,
  position bigint not null,
  why text not null,
  seen_by text not null default '',
  seen_ms bigint not null default 0,
  seen_why text not null default '',
  primary key (job, attempt)
);
create index lost_run_position on lost_run (position);
create index lost_run_open on lost_run (position) where seen_ms = 0;
