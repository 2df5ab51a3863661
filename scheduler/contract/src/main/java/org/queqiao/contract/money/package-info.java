/** Changes to prices and money, which two people make: one proposes, another decides. Pure. */
package org.queqiao.contract.money;
