-- Core-hours that projects have beside their wallets.
create table allowance (
  id bigint primary key,
  project text not null,
  kind text not null,
  core_ms bigint not null,
  -- Empty: everywhere.
  partition text not null,
  valid_from_ms bigint not null,
  -- 0: no end.
  valid_to_ms bigint not null,
  left_ms bigint not null check (left_ms >= 0),
  -- What runs that go on hold.
  drawn_ms bigint not null check (drawn_ms >= 0)
);
create index allowance_by_project on allowance (project, id);
create index allowance_open on allowance (id) where left_ms > 0 or drawn_ms > 0;

-- What a run that goes on has taken of allowances: id, core-milliseconds, and so on.
alter table open_run add column draws text not null default '';

alter table statement_entry add column core_ms bigint not null default 0;
alter table statement_entry drop constraint statement_entry_kind_check;
alter table statement_entry add constraint statement_entry_kind_check check (kind in
  ('REFUND', 'CORRECTION', 'MINIMUM', 'ALLOWANCE', 'ALLOWANCE_EXPIRED', 'ALLOWANCE_REFUND'));

-- A part that was made for itself keeps the check of before as its own.
alter table posting drop constraint posting_unit_check;
do $$
declare
  part regclass;
begin
  for part in select inhrelid::regclass from pg_inherits where inhparent = 'posting'::regclass loop
    execute format('alter table %s drop constraint if exists posting_unit_check', part);
  end loop;
end
$$;
alter table posting add constraint posting_unit_check check (unit in
  ('CORE_MS', 'DEVICE_MS', 'STANDARD_CORE_MS', 'ALLOWANCE_CORE_MS', 'MICRO')) not valid;

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND', 'CREDIT_LINE', 'ALLOWANCE', 'ALLOWANCE_ORDER'));
