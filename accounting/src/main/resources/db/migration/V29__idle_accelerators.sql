-- Accelerator time of runs for which it is known how busy they were, and that in which they were idle.
alter table ended_month
  add column known_device_ms numeric(40) not null default 0,
  add column idle_device_ms numeric(40) not null default 0;
