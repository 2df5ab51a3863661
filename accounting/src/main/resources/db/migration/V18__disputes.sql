-- Charges that somebody found wrong, and what finance answered.
create table dispute (
  id bigint primary key,
  project text not null,
  transaction text not null,
  opened_by text not null,
  opened_ms bigint not null,
  reason text not null,
  answered_by text not null default '',
  answered_ms bigint not null default 0,
  answer text not null default '',
  -- Of the refund; 0 while it waits and where it was rejected.
  proposal bigint not null default 0
);
create index dispute_by_project on dispute (project, id);

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND'));
