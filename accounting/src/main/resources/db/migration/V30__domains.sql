-- From which month on a research domain is part of which other one; empty for none.
create table domain_parent (
  domain text not null,
  from_month text not null,
  parent text not null,
  primary key (domain, from_month)
);
