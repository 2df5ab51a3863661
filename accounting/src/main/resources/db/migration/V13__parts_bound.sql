-- Tables that grow with runs become partitioned by month in three steps, none of which rewrites a row or reads a
-- table under a lock: the table of before is bounded, the bound is proved, and the table becomes the first part.
do $$
declare
  next_ms bigint;
  next_month text;
begin
  select coalesce(max(time_ms), 0) + 1 into next_ms from intake;
  select coalesce(to_char(to_date(greatest(
      (select max(month) from segment), (select max(month) from segment_item)), 'YYYY-MM')
      + interval '1 month', 'YYYY-MM'), '0000-00') into next_month;
  execute format(
    'alter table posting add constraint posting_before_bound check (time_ms < %s) not valid', next_ms);
  execute format(
    'alter table segment add constraint segment_before_bound check (month < %L) not valid', next_month);
  execute format(
    'alter table segment_item add constraint segment_item_before_bound check (month < %L) not valid',
    next_month);
end
$$;
