-- What people gave back of a run elsewhere, and what of that stands as it is told, as CNY=12,USD=3. Refunds from before this say nothing
-- in their facts of how their run was told, and stay as they are: so do the books that are computed again from the log.
alter table observed_run add column given text not null default '', add column stands text not null default '';
