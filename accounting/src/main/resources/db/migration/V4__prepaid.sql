-- Projects that pay before: those that were ever funded or have a credit line.
create table prepaid (
  project text primary key,
  currency text not null,
  credit_micro bigint not null check (credit_micro >= 0)
);

insert into prepaid (project, currency, credit_micro)
  select distinct on (account) substring(account from length('funding:') + 1), currency, 0
  from balance where account like 'funding:%' and unit = 'MICRO' order by account, currency;
