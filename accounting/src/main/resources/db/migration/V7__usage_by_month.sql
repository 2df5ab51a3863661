-- What was metered and charged by month, kept with the postings: reports over years read this and no segments.
create table usage_month (
  month text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  qos text not null,
  domains text not null,
  currency text not null,
  core_ms numeric(40) not null,
  charge_micro numeric(40) not null,
  segments bigint not null,
  primary key (month, project, user_name, partition, qos, domains, currency)
);

insert into usage_month
  select month, project, user_name, partition, qos, domains, currency, sum(core_ms),
    sum(charge_micro), count(*)
  from segment group by 1, 2, 3, 4, 5, 6, 7;
