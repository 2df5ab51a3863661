/**
 * What tests of several modules and the simulator share: properties that hold for every seed
 * ({@link org.queqiao.testkit.SeededProperty}), failures made as short as they can be ({@link
 * org.queqiao.testkit.Shortest}), folders that take long to make ({@link
 * org.queqiao.testkit.MadeOnce}), and the sizes of a test ({@link org.queqiao.testkit.TestSize}).
 * It knows the JDK alone; no program but the simulator has it.
 */
package org.queqiao.testkit;
