-- What a run holds by the kind of nodes; empty for cores of which nothing else is known.
alter table open_run add column holdings text not null default '';

-- Lines of other resources than cores, and of kinds of nodes. What is counted is the core time where it is null.
alter table statement_line add column resource text not null default 'cores';
alter table statement_line add column node_type text not null default '';
alter table statement_line add column quantity numeric(60);
create unique index statement_line_once on statement_line
  (project, month, user_name, partition, price_from_ms, price_micro, currency, resource, node_type);
alter table statement_line drop constraint
  statement_line_project_month_user_name_partition_price_from_key;

-- What was charged for other resources than cores.
create table segment_item (
  job bigint not null,
  attempt integer not null,
  resource text not null,
  node_type text not null,
  from_ms bigint not null,
  to_ms bigint not null,
  -- Devices or bytes.
  units bigint not null,
  charge_micro bigint not null,
  currency text not null,
  user_name text not null,
  project text not null,
  partition text not null,
  qos text not null,
  domains text not null,
  month text not null,
  position bigint not null,
  primary key (job, attempt, resource, node_type, from_ms)
);
create index segment_item_by_time on segment_item (to_ms);

alter table posting drop constraint posting_unit_check;
alter table posting add constraint posting_unit_check
  check (unit in ('CORE_MS', 'DEVICE_MS', 'MICRO')) not valid;

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS'));
