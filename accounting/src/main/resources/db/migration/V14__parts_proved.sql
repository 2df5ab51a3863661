-- Reads each table once, while others read and write it.
alter table posting validate constraint posting_before_bound;
alter table posting validate constraint posting_unit_check;
alter table segment validate constraint segment_before_bound;
alter table segment_item validate constraint segment_item_before_bound;
