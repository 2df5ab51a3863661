-- What projects used under prices with tiers, by month or year, in unit-milliseconds.
create table volume (
  key text primary key,
  quantity numeric(60) not null
);

alter table statement_entry drop constraint statement_entry_kind_check;
alter table statement_entry add constraint statement_entry_kind_check
  check (kind in ('REFUND', 'CORRECTION', 'MINIMUM'));
