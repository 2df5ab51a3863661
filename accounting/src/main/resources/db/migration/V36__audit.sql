-- Administrative changes: who made each, why, and what it says. The log has them too; here they can be searched.
create table audit (
  position bigint primary key,
  time_ms bigint not null,
  actor text not null,
  kind text not null,
  -- What it is about, as project:climate.
  about text not null,
  reason text not null,
  content text not null
);
create index audit_by_about on audit (about, position);
create index audit_by_actor on audit (actor, position);
