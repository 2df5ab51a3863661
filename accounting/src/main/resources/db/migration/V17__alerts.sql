-- How far each thing that is watched has come, so that nothing is said twice.
create table alert_mark (
  subject text primary key,
  level integer not null
);

create table alert (
  id bigint generated always as identity primary key,
  kind text not null,
  subject text not null,
  level integer not null,
  project text not null,
  title text not null,
  body text not null,
  made_ms bigint not null
);

create table alert_delivery (
  alert bigint not null references alert (id),
  channel text not null,
  state text not null check (state in ('WAITING', 'SENT', 'GIVEN_UP')),
  tries integer not null,
  next_ms bigint not null,
  error text not null,
  primary key (alert, channel)
);
create index alert_delivery_waiting on alert_delivery (channel, next_ms) where state = 'WAITING';
