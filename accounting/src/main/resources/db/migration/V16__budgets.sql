-- What projects and users may use, as it was said last.
create table budget (
  name text primary key,
  project text not null,
  -- Empty: all users of the project.
  user_name text not null,
  unit text not null check (unit in ('MONEY', 'CORE_TIME')),
  amount bigint not null check (amount >= 0),
  overdraft bigint not null check (overdraft >= 0),
  currency text not null,
  -- Empty: each month is a period of its own.
  from_month text not null,
  to_month text not null,
  ended boolean not null,
  set_by text not null,
  set_ms bigint not null,
  reason text not null,
  position bigint not null
);

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION', 'BUDGET'));
