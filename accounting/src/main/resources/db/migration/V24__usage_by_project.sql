-- What a budget counts: the use of one project over months.
create index usage_month_by_project on usage_month (project, month);
