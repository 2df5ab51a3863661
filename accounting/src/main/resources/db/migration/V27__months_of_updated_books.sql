-- Runs that began with a node that the books did not know: they are not counted by node.
create table node_unplaced (
  job bigint not null,
  attempt integer not null,
  primary key (job, attempt)
);

-- What a month is closed with, of all projects.
create index statement_entry_of_month on statement_entry (month, position);
