/** The image of the machine at a log position. Knows only the other records of the contract. */
package org.queqiao.contract.snapshot;
