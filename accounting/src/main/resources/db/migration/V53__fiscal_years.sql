alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check
  check (kind in ('TOP_UP', 'PRICE', 'PRICE_END', 'REFUND_RULE', 'CORRECTION', 'CUSTOMER_CLASS', 'CONVERSION',
    'BUDGET', 'REFUND', 'CREDIT_LINE', 'ALLOWANCE', 'ALLOWANCE_ORDER',
    'CLOSE_MONTH', 'STATEMENT_PAID', 'CONTRACT', 'ARCHIVE_MONTH', 'JOB_BILLING', 'TAX_RATE', 'FISCAL_YEAR'));
