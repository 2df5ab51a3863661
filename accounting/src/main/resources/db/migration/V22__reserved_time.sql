-- Nodes as the log last told of them, reservations, and the cores that are held on the nodes of these.
create table node_now (
  node text primary key,
  cores integer not null,
  type text not null,
  up boolean not null,
  drained boolean not null
);

create table reservation_now (
  name text primary key,
  -- The fact that defined it.
  defined bytea not null,
  open boolean not null,
  start_ms bigint not null,
  settled_ms bigint not null
);

create table reserved_node (
  node text primary key,
  time text not null
);

-- The cores of a run by node, as node=cores; empty where that is not known.
alter table open_run add column places text not null default '';

-- What was reserved on a node and held by no run, within one billing day.
create table reserved_idle (
  reservation text not null,
  occurrence_ms bigint not null,
  node text not null,
  node_type text not null,
  -- For whom it was reserved, or empty.
  project text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  core_ms bigint not null,
  month text not null,
  position bigint not null
);
create index reserved_idle_by_month on reserved_idle (month, node);
create index reserved_idle_by_reservation on reserved_idle (reservation, from_ms);

-- The same by price, with what it cost the project.
create table reserved_time (
  reservation text not null,
  occurrence_ms bigint not null,
  project text not null,
  node_type text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  core_ms bigint not null,
  charge_micro bigint not null,
  currency text not null,
  domains text not null,
  month text not null,
  position bigint not null
);
create index reserved_time_by_project on reserved_time (project, month);
