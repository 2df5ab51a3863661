-- Up to when other clusters have told of all their runs.
create table cluster_told (
  cluster text primary key,
  complete_ms bigint not null
);
