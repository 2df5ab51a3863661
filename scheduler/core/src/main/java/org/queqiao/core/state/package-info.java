/** What is true now, as the applied facts made it. Knows the contract and the lifecycles. */
package org.queqiao.core.state;
