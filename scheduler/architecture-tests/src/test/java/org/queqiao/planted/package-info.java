/**
 * Violations of the rules of the house, planted so that a test can show that each rule finds its
 * own.
 */
package org.queqiao.planted;
