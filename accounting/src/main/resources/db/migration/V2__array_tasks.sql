-- Which task of which array a job was; null for a job that was none, and for tasks of before.
alter table job add column array_job bigint;
alter table job add column array_task integer;
create index job_by_array on job (array_job, id) where array_job is not null;
