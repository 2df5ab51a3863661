-- From which month on who led a project, and its cost centre; empty for nobody and none.
create table project_terms (
  project text not null,
  from_month text not null,
  pi text not null,
  cost_centre text not null,
  primary key (project, from_month)
);
