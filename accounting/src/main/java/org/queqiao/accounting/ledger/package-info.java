/**
 * Double entry: what each fact of the log posts. Pure; {@link org.queqiao.accounting.ledger.Books}
 * is all it sees of storage.
 */
package org.queqiao.accounting.ledger;
