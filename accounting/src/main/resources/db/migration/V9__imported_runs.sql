-- Runs that came from files: what they are known by, so that a file can come again.
create table imported_run (
  cluster text not null,
  number bigint not null,
  submit_ms bigint not null,
  job bigint not null,
  -- Differs when anything of the run differs.
  fingerprint bigint not null,
  primary key (cluster, number, submit_ms)
);
