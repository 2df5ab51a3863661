/** Runs of other schedulers, as a bridge tells of them. */
package org.queqiao.contract.observe;
