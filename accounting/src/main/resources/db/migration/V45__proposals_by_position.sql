-- A statement asks of an entry which decision of two people made it.
create index proposal_by_position on proposal (position);
