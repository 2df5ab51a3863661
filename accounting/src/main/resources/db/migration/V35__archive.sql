-- Months whose postings and segments are in files, or shall be.
create table archive_month (
  month text primary key,
  state text not null check (state in ('ORDERED', 'ARCHIVED', 'RESTORED')),
  -- What two people agreed on last.
  proposal bigint not null,
  -- Why it is not done yet, or empty.
  problem text not null default '',
  -- SHA-256 of the manifest in its folder.
  manifest text not null default '',
  -- The stretch of the chain that is in the files; 0 for none.
  first_seq bigint not null default 0,
  last_seq bigint not null default 0,
  hash_before bytea not null default '',
  hash_after bytea not null default '',
  first_position bigint not null default 0,
  last_position bigint not null default 0
);

-- Parts of tables that are files now.
create table archive_part (
  name text primary key,
  month text not null references archive_month (month),
  of text not null check (of in ('posting', 'segment', 'segment_item')),
  from_bound text not null,
  to_bound text not null,
  rows bigint not null,
  bytes bigint not null,
  sha256 text not null,
  first_job bigint not null,
  last_job bigint not null
);
create index archive_part_by_month on archive_part (month);

-- What the postings of an archived month sum to.
create table archive_balance (
  archived text not null references archive_month (month),
  account text not null,
  unit text not null,
  currency text not null,
  amount bigint not null,
  primary key (archived, account, unit, currency)
);

-- How many jobs the lines of an archived month are of.
create table archive_jobs (
  archived text not null references archive_month (month),
  month text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  jobs bigint not null,
  primary key (project, month, user_name, partition)
);

-- What was done with a month, by whom and why; kept for ever.
create table archive_step (
  id bigint generated always as identity primary key,
  month text not null,
  what text not null check (what in ('ARCHIVED', 'RESTORED')),
  who text not null,
  at_ms bigint not null,
  reason text not null
);

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND', 'CREDIT_LINE', 'ALLOWANCE', 'ALLOWANCE_ORDER',
    'CLOSE_MONTH', 'STATEMENT_PAID', 'CONTRACT', 'ARCHIVE_MONTH'));
