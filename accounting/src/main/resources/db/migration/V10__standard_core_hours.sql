-- Thousandths of standard core-milliseconds; null is the core time itself.
alter table statement_line add column standard numeric(60);
-- Milliseconds of standard core-hours; null is the core time itself.
alter table usage_month add column standard_ms numeric(40);

alter table posting drop constraint posting_unit_check;
alter table posting add constraint posting_unit_check
  check (unit in ('CORE_MS', 'DEVICE_MS', 'STANDARD_CORE_MS', 'MICRO')) not valid;

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check check (kind in
  ('TOP_UP', 'PRICE', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION'));
