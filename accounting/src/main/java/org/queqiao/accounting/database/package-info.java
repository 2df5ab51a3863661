/** The embedded PostgreSQL: unpacking, first start, adoption, stop. */
package org.queqiao.accounting.database;
