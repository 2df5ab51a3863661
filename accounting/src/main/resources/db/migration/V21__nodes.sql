-- Where the core time of each node went: nodes as the facts have them, and until when they are accounted for.
create table node_clock (
  node text primary key,
  at_ms bigint not null,
  cores integer not null,
  up boolean not null,
  drained boolean not null,
  held bigint not null,
  up_since_ms bigint not null,
  reserved integer not null,
  maintenance integer not null
);

-- What runs hold of nodes: node=cores, and from=to=billed of each suspension; both separated by commas.
create table node_run (
  job bigint not null,
  attempt integer not null,
  start_ms bigint not null,
  cores text not null,
  stops text not null,
  primary key (job, attempt)
);

create table node_reservation (
  name text primary key,
  nodes text not null,
  maintenance boolean not null,
  open boolean not null,
  start_ms bigint not null
);

-- Core-milliseconds by day of the billing zone; suspended_ms is no part of the sum.
create table node_day (
  day text not null,
  node text not null,
  capacity_ms bigint not null,
  allocated_ms bigint not null,
  reserved_ms bigint not null,
  idle_ms bigint not null,
  down_ms bigint not null,
  suspended_ms bigint not null,
  primary key (day, node)
);

-- From where on the facts of nodes were taken in: what was before is in the log alone.
create table node_feed (
  only_row boolean primary key default true check (only_row),
  position bigint not null,
  time_ms bigint not null
);
insert into node_feed (position, time_ms)
  select coalesce(max(position), 0), coalesce(max(time_ms), 0) from intake;
