-- Months that were checked, and closed.
create table month_close (
  month text primary key,
  state text not null check (state in ('CHECKED', 'CLOSED')),
  proposal bigint not null,
  fiscal_year integer not null,
  checked_by text not null,
  checked_ms bigint not null,
  closed_by text not null default '',
  closed_ms bigint not null default 0,
  closed_position bigint not null default 0,
  statements integer not null default 0,
  -- SHA-256 over all statements of the month, and where the chain of postings ended then.
  sha256 text not null default '',
  posting_seq bigint not null default 0,
  chain_hash text not null default ''
);

-- Statements of closed months with their numbers, without a gap in a fiscal year.
create table statement_close (
  project text not null,
  month text not null,
  fiscal_year integer not null,
  serial bigint not null,
  state text not null check (state in ('CLOSED', 'PAID')),
  paid_on text not null default '',
  reference text not null default '',
  paid_by text not null default '',
  paid_ms bigint not null default 0,
  primary key (project, month),
  unique (fiscal_year, serial)
);

-- Of which month a line is whose time was told when that month was not open any more; empty for its own.
alter table statement_line add column late_for text not null default '';
create unique index statement_line_of on statement_line
  (project, month, user_name, partition, price_from_ms, price_micro, currency, resource, node_type, late_for);
drop index statement_line_once;

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND', 'CREDIT_LINE', 'ALLOWANCE', 'ALLOWANCE_ORDER', 'CLOSE_MONTH', 'STATEMENT_PAID'));
