/**
 * Committed facts for followers, in order, each at its own pace. Knows the log and the contract;
 * nothing of the machine.
 */
package org.queqiao.runtime.feed;
