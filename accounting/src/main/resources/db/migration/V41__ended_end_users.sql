-- The part of ended_month that is of jobs with a named end user.
create table ended_end_user_month (
  month text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  qos text not null,
  domains text not null,
  state text not null,
  end_user text not null,
  runs bigint not null,
  core_ms numeric(40) not null,
  limit_core_ms numeric(40) not null,
  known_core_ms numeric(40) not null,
  cpu_ms numeric(40) not null,
  known_device_ms numeric(40) not null,
  idle_device_ms numeric(40) not null,
  primary key (month, project, user_name, partition, qos, domains, state, end_user)
);
create index ended_end_user_month_by_project on ended_end_user_month (project, month);
