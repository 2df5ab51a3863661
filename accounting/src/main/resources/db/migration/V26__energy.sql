alter table posting drop constraint posting_unit_check;
do $$
declare
  part regclass;
begin
  for part in select inhrelid::regclass from pg_inherits where inhparent = 'posting'::regclass loop
    execute format('alter table %s drop constraint if exists posting_unit_check', part);
  end loop;
end
$$;
alter table posting add constraint posting_unit_check check (unit in
  ('CORE_MS', 'DEVICE_MS', 'STANDARD_CORE_MS', 'ALLOWANCE_CORE_MS', 'MILLIJOULES', 'MICRO')) not valid;
