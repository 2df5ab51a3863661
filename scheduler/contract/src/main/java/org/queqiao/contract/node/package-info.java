/** What a compute node offers. Knows only the JDK. */
package org.queqiao.contract.node;
