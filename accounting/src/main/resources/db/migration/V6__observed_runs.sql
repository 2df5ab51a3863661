-- Runs of other schedulers: who they are there, and what was told of each last.
create table observed_run (
  job bigint primary key,
  cluster text not null,
  number bigint not null,
  submit_ms bigint not null,
  revision integer not null,
  told bytea not null,
  unique (cluster, number, submit_ms)
);
