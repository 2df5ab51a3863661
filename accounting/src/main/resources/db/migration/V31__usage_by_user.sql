-- The sums of usage_month by user and project alone: a report over many years reads a third of the rows.
create table usage_user_month (
  month text not null,
  user_name text not null,
  project text not null,
  domains text not null,
  currency text not null,
  core_ms bigint not null,
  charge_micro bigint not null,
  standard_ms bigint not null,
  primary key (month, user_name, project, domains, currency)
);

insert into usage_user_month
  select month, user_name, project, domains, currency, sum(core_ms), sum(charge_micro),
    sum(coalesce(standard_ms, core_ms))
  from usage_month group by 1, 2, 3, 4, 5;
