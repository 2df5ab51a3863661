-- Runs that are paid from the wallet of another project. Empty, as in all rows from before: the project itself.
alter table job add column payer text not null default '';

-- On the statement of who pays: whose runs they are.
alter table statement_line add column for_project text not null default '';
create unique index statement_line_of_payer on statement_line
  (project, month, user_name, partition, price_from_ms, price_micro, currency, resource, node_type, late_for, for_project);
drop index statement_line_of;
create index statement_line_for on statement_line (for_project, month) where for_project <> '';
alter table statement_entry add column for_project text not null default '';
create index statement_entry_for on statement_entry (for_project, month) where for_project <> '';

-- Which runs another project paid for, by the months that they are billed in; kept when these go into files.
create table paid_run (
  job bigint not null,
  attempt integer not null,
  month text not null,
  payer text not null,
  project text not null,
  user_name text not null,
  partition text not null,
  primary key (job, attempt, month)
);
create index paid_run_by_month on paid_run (month, project, payer);

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'PRICE_END', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND', 'CREDIT_LINE', 'ALLOWANCE', 'ALLOWANCE_ORDER', 'PROJECT_PAYER',
    'CLOSE_MONTH', 'STATEMENT_PAID', 'CONTRACT', 'ARCHIVE_MONTH', 'JOB_BILLING', 'TAX_RATE', 'FISCAL_YEAR'));
