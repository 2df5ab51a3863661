/** Reads what comes from elsewhere: top-ups as CSV. Pure: bytes in, records and reasons out. */
package org.queqiao.accounting.imports;
