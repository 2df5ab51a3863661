-- Quality of service of a job, and of what was metered for it; empty for none.
alter table job add column qos text not null default '';
alter table segment add column qos text not null default '';

-- Changes of prices and money by two people: proposed, then approved or rejected.
create table proposal (
  id bigint primary key,
  kind text not null check (kind in ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION')),
  -- Whose wallet it moves; empty where it moves none.
  project text not null,
  state text not null check (state in ('OPEN', 'APPROVED', 'REJECTED')),
  -- The fact as it stands in the log: that of the proposal, then that of the decision.
  fact bytea not null,
  proposed_by text not null,
  proposed_ms bigint not null,
  reason text not null,
  decided_by text not null default '',
  decided_ms bigint not null default 0,
  decision text not null default '',
  -- Of the fact.
  position bigint not null
);
create index proposal_by_state on proposal (state, id);

-- Entries of a statement that are no usage: refunds and corrections, in the month of their posting.
create table statement_entry (
  transaction text primary key,
  kind text not null check (kind in ('REFUND', 'CORRECTION')),
  project text not null,
  month text not null,
  -- Of whose run; empty for none.
  user_name text not null,
  job bigint,
  attempt integer,
  -- What it corrects, or why the run ended.
  cause text not null,
  reason text not null,
  amount_micro bigint not null,
  currency text not null,
  position bigint not null
);
create index statement_entry_by_month on statement_entry (project, month, position);
