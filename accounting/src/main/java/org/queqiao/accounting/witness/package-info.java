/** The signed heads of the ledger, kept outside of its database. */
package org.queqiao.accounting.witness;
