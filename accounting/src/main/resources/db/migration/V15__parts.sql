-- Parts of the postings, by the time of their facts: times never decrease, so each part is a stretch of the chain.
create table posting_part (
  name text primary key,
  from_ms bigint not null unique,
  to_ms bigint not null
);

-- Parts of what was metered, by billing month.
create table segment_part (
  name text primary key,
  of text not null check (of in ('segment', 'segment_item')),
  from_month text not null,
  to_month text not null,
  unique (of, from_month)
);

alter table posting rename to posting_before;
alter table segment rename to segment_before;
alter table segment_item rename to segment_item_before;
create table posting (like posting_before including constraints) partition by range (time_ms);
create table segment (like segment_before including defaults including constraints) partition by range (month);
create table segment_item (like segment_item_before including constraints) partition by range (month);
alter table posting drop constraint posting_before_bound;
alter table segment drop constraint segment_before_bound;
alter table segment_item drop constraint segment_item_before_bound;

-- The table of before is the first part; one without a row is no part. That it fits was proved before.
do $$
declare
  each text;
  bound text;
  has_rows boolean;
begin
  foreach each in array array['posting', 'segment', 'segment_item'] loop
    execute format('select exists (select from %I)', each || '_before') into has_rows;
    if has_rows then
      select substring(pg_get_constraintdef(oid) from '<[ (]*''?([-0-9]+)') into bound
        from pg_constraint where conname = each || '_before_bound';
      execute format('drop trigger if exists posting_is_final on %I', each || '_before');
      execute format('alter table %I attach partition %I for values from (minvalue) to (%L)',
        each, each || '_before', bound);
      if each = 'posting' then
        insert into posting_part values ('posting_before', -9223372036854775808, bound::bigint);
      else
        insert into segment_part values (each || '_before', each, '', bound);
      end if;
    else
      execute format('drop table %I', each || '_before');
    end if;
  end loop;
end
$$;

create trigger posting_is_final before update or delete on posting
  for each row execute function refuse_change();
create trigger posting_is_kept before truncate on posting
  for each statement execute function refuse_change();
