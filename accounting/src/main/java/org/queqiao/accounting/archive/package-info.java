/** Files of months that were moved out of the database: written, checked and read back. */
package org.queqiao.accounting.archive;
