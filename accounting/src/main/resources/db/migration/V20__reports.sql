-- From which month on a project belongs to which service platform; empty for none.
create table project_platform (
  project text not null,
  from_month text not null,
  platform text not null,
  primary key (project, from_month)
);

-- How runs ended and what they made of what they had, by the month of their end, kept with the postings.
create table ended_month (
  month text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  qos text not null,
  domains text not null,
  -- Of the job, or why the run alone was over.
  state text not null,
  runs bigint not null,
  core_ms numeric(40) not null,
  -- What their time limits allowed.
  limit_core_ms numeric(40) not null,
  -- Of runs whose processor time is known, and that time.
  known_core_ms numeric(40) not null,
  cpu_ms numeric(40) not null,
  primary key (month, project, user_name, partition, qos, domains, state)
);
