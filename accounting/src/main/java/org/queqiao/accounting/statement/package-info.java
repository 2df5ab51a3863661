/** The statement of a month: lines with exact totals, and its forms. Pure. */
package org.queqiao.accounting.statement;
