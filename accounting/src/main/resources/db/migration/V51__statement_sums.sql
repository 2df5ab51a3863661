-- Whether the close of the month fixed what wallets have paid of its statements.
alter table month_close add column settles_wallets boolean not null default false;

-- What a statement comes to in a currency, as it was closed or, of one from before, as it was first paid.
create table statement_sum (
  project text not null,
  month text not null,
  currency text not null,
  -- In coins, without tax.
  net_micro bigint not null,
  -- What the ledger posted for it until then.
  posted_micro bigint not null,
  -- What of the net sum the wallet has paid.
  settled_micro bigint not null,
  -- The tax of the net sum, and of what the wallet has paid.
  tax_micro bigint not null,
  settled_tax_micro bigint not null,
  -- What was paid with money, its tax included; 0 until then.
  paid_micro bigint not null default 0,
  primary key (project, month, currency)
);
