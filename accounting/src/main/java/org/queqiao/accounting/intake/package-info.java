/** Follows the log from the cursor that is stored with the postings. */
package org.queqiao.accounting.intake;
