/** Nodes that are kept for some for a time. */
package org.queqiao.contract.reservation;
