-- Until when what a run that goes on has done is saved; 0 for not at all.
alter table open_run add column checkpoint_ms bigint not null default 0;
