-- How far the log has been taken in; one row, written in the transaction of its postings.
create table intake (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  time_ms bigint not null,
  posting_seq bigint not null,
  chain_hash bytea not null
);

create table tariff (
  partition text not null,
  valid_from_ms bigint not null,
  price_micro bigint not null check (price_micro >= 0),
  currency text not null,
  primary key (partition, valid_from_ms)
);

create table project (
  name text primary key,
  title text not null,
  -- Research domains as code=permille, separated by commas.
  domains text not null
);

create table job (
  id bigint primary key,
  name text not null,
  user_name text not null,
  unix_user text not null,
  uid integer not null,
  project text not null,
  domains text not null,
  partition text not null,
  state text not null,
  detail text not null,
  submit_ms bigint not null,
  limit_ms bigint not null,
  mem_bytes bigint not null,
  cores bigint not null,
  nodes text not null,
  attempt integer not null,
  start_ms bigint not null,
  end_ms bigint not null,
  exit_code integer not null,
  signal integer not null,
  core_ms bigint not null,
  charge_micro bigint not null,
  currency text not null,
  work_dir text not null,
  stdout_path text not null,
  stderr_path text not null
);
create index job_by_user on job (user_name, id);
create index job_by_project on job (project, id);

create table open_run (
  job bigint not null,
  attempt integer not null,
  start_ms bigint not null,
  cores bigint not null,
  held_micro bigint not null,
  currency text not null,
  primary key (job, attempt)
);

create table statement_line (
  id bigint generated always as identity primary key,
  project text not null,
  user_name text not null,
  partition text not null,
  month text not null,
  price_from_ms bigint not null,
  price_micro bigint not null,
  currency text not null,
  core_ms numeric(40) not null,
  posted_micro bigint not null,
  unique (project, month, user_name, partition, price_from_ms, price_micro, currency)
);

create table segment (
  job bigint not null,
  attempt integer not null,
  from_ms bigint not null,
  to_ms bigint not null,
  cores bigint not null,
  core_ms bigint not null,
  charge_micro bigint not null,
  currency text not null,
  user_name text not null,
  project text not null,
  partition text not null,
  domains text not null,
  month text not null,
  position bigint not null,
  primary key (job, attempt, from_ms)
);
create index segment_by_time on segment (to_ms);
create index segment_by_line on segment (project, month);

create table posting (
  id text primary key,
  seq bigint not null unique,
  transaction text not null,
  account text not null,
  unit text not null check (unit in ('CORE_MS', 'MICRO')),
  currency text not null,
  amount bigint not null,
  job bigint,
  attempt integer,
  position bigint not null,
  time_ms bigint not null,
  hash bytea not null
);
create index posting_by_job on posting (job) where job is not null;

create table balance (
  account text not null,
  unit text not null,
  currency text not null,
  amount bigint not null,
  primary key (account, unit, currency)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'postings are never changed: a correction is a new posting';
end
$$;

create trigger posting_is_final before update or delete on posting
  for each row execute function refuse_change();
create trigger posting_is_kept before truncate on posting
  for each statement execute function refuse_change();
