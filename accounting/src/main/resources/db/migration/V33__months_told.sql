-- Which months were open when a run was told last, as "closed,checked,now"; empty where it was not kept.
alter table observed_run add column months text not null default '';
