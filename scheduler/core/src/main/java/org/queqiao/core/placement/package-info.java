/** Which cores, memory and devices a job gets, on which nodes. Knows only the contract. */
package org.queqiao.core.placement;
