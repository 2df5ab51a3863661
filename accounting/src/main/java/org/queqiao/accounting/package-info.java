/** Turns the facts of the log into usage, postings and statements. */
package org.queqiao.accounting;
