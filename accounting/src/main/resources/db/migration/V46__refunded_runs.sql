-- What the rules gave back of a run elsewhere, as CNY=12,USD=3: what is told otherwise takes exactly that back.
alter table observed_run add column refunded text not null default '';
