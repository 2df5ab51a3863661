-- Sums by line and month are changed with nearly every batch of their month. With room beside them on their page a new
-- version stays there and no index hears of it. Pages of before stay as full as they are; nothing is written anew.
alter table statement_line set (fillfactor = 45);
alter table usage_month set (fillfactor = 45);
alter table usage_user_month set (fillfactor = 45);
alter table usage_end_user_month set (fillfactor = 45);
alter table ended_month set (fillfactor = 45);
alter table ended_end_user_month set (fillfactor = 45);
