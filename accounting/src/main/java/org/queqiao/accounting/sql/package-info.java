/** The ledger in PostgreSQL. The only package with SQL, together with {@code database}. */
package org.queqiao.accounting.sql;
