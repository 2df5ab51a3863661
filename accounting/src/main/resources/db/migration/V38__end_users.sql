-- For whom a service platform submitted a job, as the platform calls them; empty for nobody named.
alter table job add column end_user text not null default '';

-- The part of usage_month that is of jobs with a named end user.
create table usage_end_user_month (
  month text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  qos text not null,
  domains text not null,
  currency text not null,
  end_user text not null,
  core_ms numeric(40) not null,
  charge_micro numeric(40) not null,
  standard_ms numeric(40) not null,
  primary key (month, project, user_name, partition, qos, domains, currency, end_user)
);
create index usage_end_user_month_by_project on usage_end_user_month (project, month);
